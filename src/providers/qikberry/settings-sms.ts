import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { IfSet } from '../if-set.js';
import { IsTemplate } from '../template.js';
import { HoldsCode, IsTexts } from './settings-rules.js';

/** A template that is stored at the platform, by its alias or its id. */
export class StoredTemplate {
  @ValidateIf(({ id, alias }: StoredTemplate) => id === undefined || alias !== undefined)
  @IsString()
  @IsNotEmpty()
  alias?: string;

  @IfSet()
  @IsString()
  @IsNotEmpty()
  id?: string;

  /** The template's variables: `{ otp: "{{code}}" }`. */
  @IsTexts()
  @IsTemplate()
  @HoldsCode()
  data: Record<string, string>;
}

/** `settings.sms`: short messages (`sms/send`, `sms/send/template`, `sms/message/send`). */
export class SmsSettings {
  /** An approved sender id, for steps that name none of their own. */
  @ValidateIf(({ template }: SmsSettings) => template === undefined)
  @IsString()
  @IsNotEmpty()
  sender: string;

  /** The product's code: `T`, `S`, `G` … at Qikberry, `ENT`, `A2P` … at BICS. */
  @ValidateIf(({ template }: SmsSettings) => template === undefined)
  @Matches(/^[A-Z][A-Z\d]{0,7}$/, { message: 'must be a product code like T or ENT' })
  service: string;

  /** `N` plain, `U` Unicode, `A` as the platform finds. Left out: `U` for texts that need it, else `A`. */
  @IfSet()
  @IsIn(['A', 'N', 'U'])
  type?: 'A' | 'N' | 'U';

  /** Most parts that one message may take. Longer ones are refused before they are sent. */
  @IfSet()
  @IsIn([2, 3])
  maxUnits?: 2 | 3;

  /** Shows the text at once and does not keep it. */
  @IfSet()
  @IsBoolean()
  flash?: boolean;

  /** Port on the handset that an application listens at. */
  @IfSet()
  @IsInt()
  @Min(0)
  @Max(65_535)
  port?: number;

  /** Which of the two calls takes texts; the channels call knows neither `flash` nor `port`. */
  @IsIn(['send', 'channels'])
  api: 'send' | 'channels' = 'send';

  /** Sends this instead of our text. */
  @IfSet()
  @ValidateNested()
  @Type(() => StoredTemplate)
  template?: StoredTemplate;
}

/** With the ids of Indian regulation (DLT), which BICS does not have. */
export class DltSmsSettings extends SmsSettings {
  @IfSet()
  @IsString()
  @IsNotEmpty()
  entityId?: string;

  @IfSet()
  @IsString()
  @IsNotEmpty()
  templateId?: string;
}
