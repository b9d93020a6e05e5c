import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsDefined,
  IsNotEmpty,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IfSet } from '../if-set.js';
import { IsTemplate } from '../template.js';
import { HoldsCode } from './settings-rules.js';
import { StoredTemplate } from './settings-sms.js';

/** A template that Meta has approved. */
export class WhatsappTemplate {
  /** Its alias at the platform. */
  @IsString()
  @IsNotEmpty()
  name: string;

  @IsString()
  @IsNotEmpty()
  language = 'en';

  /** Text of the header's one parameter; templates of the category authentication have none. */
  @IfSet()
  @IsString()
  @MaxLength(60)
  @IsTemplate()
  header?: string;

  /** Parameters of the body, in order. The code alone is what authentication templates take. */
  @IsArray()
  @ArrayNotEmpty()
  @IsString({ each: true })
  @IsTemplate()
  @HoldsCode()
  body: string[] = ['{{code}}'];
}

/** `settings.whatsapp`: a template, or our text within a conversation. */
export class WhatsappSettings {
  /** The business number, digits only. */
  @IsString()
  @IsNotEmpty()
  from: string;

  @ValidateIf(({ session }: WhatsappSettings) => !session)
  @IsDefined({ message: 'must be set, unless session is true' })
  @ValidateNested()
  @Type(() => WhatsappTemplate)
  template?: WhatsappTemplate;

  /** Sends our text: WhatsApp only delivers it within 24 hours of the person's own last message. */
  @IsBoolean()
  session = false;
}

/** `settings.viber` and `settings.rcs`: our text, or a template that is stored at the platform. */
export class ChatSettings {
  /** Viber: the commercial account's id. RCS: the agent's reference id. */
  @IsString()
  @IsNotEmpty()
  from: string;

  @IfSet()
  @ValidateNested()
  @Type(() => StoredTemplate)
  template?: StoredTemplate;
}
