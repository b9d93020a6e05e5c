import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsNotEmpty,
  IsNumber,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IfSet } from '../if-set.js';
import { ChatSettings, WhatsappSettings } from './settings-chat.js';
import { ProvesOrigin } from './settings-rules.js';
import { DltSmsSettings, SmsSettings } from './settings-sms.js';
import { VoiceSettings } from './settings-voice.js';

const PATH = /^[\w-]+(\.[\w-]+)*$/;
const PATH_HELP = { message: 'must be the name of a field' };

/** What composed webhooks call their fields. */
export class ReportKeys {
  @Matches(PATH, PATH_HELP)
  id = 'id';

  @Matches(PATH, PATH_HELP)
  status = 'status';

  /** Our reference, which tells the attempt even when the answer to the send was lost. */
  @IfSet()
  @Matches(PATH, PATH_HELP)
  reference?: string;
}

/** `settings.reports`: a webhook of the platform that calls `/receipts/<account>`. */
export class ReportSettings {
  /** The webhook's secret: reports must carry it as bearer token. */
  @IfSet()
  @IsString()
  @MinLength(8)
  secret?: string;

  /** The webhook's id, sent with messages that can name one; the key of signatures. */
  @IfSet()
  @IsString()
  @MinLength(8)
  webhookId?: string;

  /** Reports must carry the header `Signature`: HMAC-SHA-256 of the body under the webhook's id, in hex. */
  @ProvesOrigin()
  @IsBoolean()
  signed = false;

  /** The webhook's validation key (`token`): with it, the platform's question whether the address is ours is answered. */
  @IfSet()
  @IsString()
  @MinLength(8)
  validationKey?: string;

  @ValidateNested()
  @Type(() => ReportKeys)
  keys: ReportKeys = new ReportKeys();
}

/** What accounts of both brands have. */
abstract class PlatformSettings {
  /** Access token of the dashboard (API keys). */
  @IsString()
  @IsNotEmpty()
  token: string;

  @IfSet()
  @ValidateNested()
  @Type(() => WhatsappSettings)
  whatsapp?: WhatsappSettings;

  @IfSet()
  @ValidateNested()
  @Type(() => ChatSettings)
  viber?: ChatSettings;

  @IfSet()
  @ValidateNested()
  @Type(() => VoiceSettings)
  voice?: VoiceSettings;

  @IfSet()
  @ValidateNested()
  @Type(() => ReportSettings)
  reports?: ReportSettings;

  /** Seconds after a send at which its status is asked for, when no report has come; left out, never. */
  @IfSet()
  @IsNumber()
  @Min(0.1)
  @Max(600)
  pullAfter?: number;
}

const URL = /^https?:\/\/[^\s/]/;
const URL_HELP = { message: 'must start with http:// or https://' };

/** `accounts.<name>.settings` of an account with `use: qikberry`. */
export class QikberrySettings extends PlatformSettings {
  @Matches(URL, URL_HELP)
  baseUrl = 'https://alerts.qikberry.com/api/v2/';

  @IfSet()
  @ValidateNested()
  @Type(() => DltSmsSettings)
  sms?: DltSmsSettings;

  @IfSet()
  @ValidateNested()
  @Type(() => ChatSettings)
  rcs?: ChatSettings;
}

/** `accounts.<name>.settings` of an account with `use: bics`: the same platform without RCS and the DLT ids. */
export class BicsSettings extends PlatformSettings {
  @Matches(URL, URL_HELP)
  baseUrl = 'https://eu.cpaas.bics.com/api/v2/';

  @IfSet()
  @ValidateNested()
  @Type(() => SmsSettings)
  sms?: SmsSettings;
}
