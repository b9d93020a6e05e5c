import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IfSet } from '../if-set.js';
import { HoldsCode } from './code-placeholder.js';
import { IsOriginator, TONS, type Ton } from './originator.js';
import { VOICES, type Voice } from './voices.js';

/** `settings.sms` */
export class SmsSettings {
  /** The sender of steps that name none with `from`. */
  @IfSet()
  @IsOriginator((settings) => (settings as SmsSettings).originatorTon)
  originator?: string;

  /** What kind of sender that is. */
  @IsIn(TONS)
  originatorTon: Ton = 'auto';

  /** How GENIQ writes the text; without it `text` or `unicode`, by the letters that the text has. */
  @IfSet()
  @IsIn(['auto', 'text', 'unicode'])
  dataCoding?: 'auto' | 'text' | 'unicode';

  /** A text of more parts than this is refused: each is paid for. */
  @IsInt()
  @Min(1)
  @Max(10)
  maxParts: number = 4;
}

/** `settings.whatsapp.create`: the authentication template that is created when GENIQ does not know it. */
export class TemplateSettings {
  /** Minutes that the message says the code is good for (`otpExpiredAfter`; code 327), after which it is not delivered (`otpMessageTtl`). */
  @IsInt()
  @Min(1)
  @Max(90)
  expiresAfter: number = 5;

  /** Adds the advice not to share the code. */
  @IsBoolean()
  securityRecommendation: boolean = true;

  /** Text of the button (code 328); without it WhatsApp's own, in the template's language. */
  @IfSet()
  @IsString()
  @Length(1, 25)
  copyButtonText?: string;
}

/** `settings.whatsapp`: an approved template. Without one, texts go out, which GENIQ takes in an open session only. */
export class WhatsappSettings {
  @IsString()
  @IsNotEmpty()
  template: string;

  /** WhatsApp's code of the language that the template is approved in. */
  @IsString()
  @IsNotEmpty()
  language: string = 'en';

  /** For the variable of the header, of which there is one at most (code 323). */
  @IfSet()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(1)
  @IsString({ each: true })
  headerParams?: string[];

  /** For the variables of the body of a template that is no authentication template; `{{code}}` stands for the code. */
  @IfSet()
  @IsArray()
  @IsString({ each: true })
  @HoldsCode()
  bodyParams?: string[];

  @IfSet()
  @ValidateNested()
  @Type(() => TemplateSettings)
  create?: TemplateSettings;
}

/** `settings.voice` */
export class VoiceSettings {
  /** The caller's number of steps that name none. GENIQ shows another one where it does not know this one as yours. */
  @IsOriginator(() => 'international')
  originator: string = '6531596518';

  /** Reads its own language, and texts in languages that GENIQ has no voice for. */
  @IsIn(VOICES)
  locale: Voice = 'en-US';

  /** How often the text is read: whoever picks up has missed the start of it, or has no pen. */
  @IsInt()
  @Min(1)
  @Max(5)
  repeat: number = 2;
}

/** `accounts.<name>.settings` of an account with `use: geniq`. */
export class GeniqSettings {
  @Matches(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, { message: 'must be an http or https address without a query' })
  baseUrl: string = 'https://api.geniq.io/rest/v1';

  /** API key and secret of the console. HTTP Basic has no way to carry a colon in the first of them. */
  @Matches(/^[^:\s]+$/, { message: 'must be an API key, which has no colon and no spaces' })
  key: string;

  @IsString()
  @IsNotEmpty()
  secret: string;

  @ValidateNested()
  @Type(() => SmsSettings)
  sms: SmsSettings = new SmsSettings();

  @IfSet()
  @ValidateNested()
  @Type(() => WhatsappSettings)
  whatsapp?: WhatsappSettings;

  @ValidateNested()
  @Type(() => VoiceSettings)
  voice: VoiceSettings = new VoiceSettings();

  /** Last part of the address that reports come to: GENIQ signs nothing. Without it no reports are taken. */
  @IfSet()
  @Matches(/^[\w-]{16,}$/, { message: 'must have 16 letters, digits, - or _ or more' })
  callbackSecret?: string;
}
