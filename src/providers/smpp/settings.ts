import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IfSet } from '../if-set.js';
import { SENDER, SENDER_HELP } from './address.js';
import { ID_STYLES, type IdStyle } from './message-id.js';

const TLV_TEXT = { message: 'must be 1 to 64 letters, digits or signs' };

/** What India's operators want to see with each message (TRAI's distributed ledger): ids that the sender was given. */
export class DltSettings {
  /** TLV 0x1400: the principal entity. */
  @IfSet() @Matches(/^[\x21-\x7e]{1,64}$/, TLV_TEXT) entityId?: string;

  /** TLV 0x1401: the registered template, which the step's text must follow. */
  @IfSet() @Matches(/^[\x21-\x7e]{1,64}$/, TLV_TEXT) templateId?: string;

  /** TLV 0x1402: the telemarketer, or the hash of the chain of them. */
  @IfSet() @Matches(/^[\x21-\x7e]{1,64}$/, TLV_TEXT) telemarketerId?: string;
}

/** `accounts.<name>.settings` of an account with `use: smpp`. */
export class SmppSettings {
  /** `smpp://host:port`, or `smpps://` for TLS. Several where the vendor has several: all of them are bound. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(8)
  @Matches(/^smpps?:\/\/([\w.-]+|\[[\da-f:]+\]):[1-9]\d{0,4}$/i, {
    each: true,
    message: 'must be addresses like smpp://host:2775 or smpps://host:3550',
  })
  servers: string[];

  /** 15 characters by the specification (SMPP 3.4 §5.2.1); some vendors take more. */
  @IsString() @Length(1, 64) systemId: string;

  /** 8 characters by the specification (§5.2.2); some vendors take more. */
  @IsString() @MaxLength(64) password: string = '';

  @IsString() @MaxLength(12) systemType: string = '';

  /** Connections to each server, from each process that sends. Vendors count them all. */
  @IsInt() @Min(1) @Max(16) binds: number = 1;

  /** Requests without an answer on each connection. Ten is what the specification suggests (§2.9). */
  @IsInt() @Min(1) @Max(1_000) window: number = 10;

  /** Seconds from one `enquire_link` to the next. Vendors drop who is silent for longer, often after 30 or 60. */
  @IsInt() @Min(1) @Max(300) enquireLink: number = 25;

  /** For steps that name none: up to 11 letters and digits, a number with `+`, or a short code. */
  @IfSet() @Matches(SENDER, SENDER_HELP) sender?: string;

  /** TON and NPI of the sender, where the vendor wants others than its form tells (§5.2.5, §5.2.6). */
  @IfSet() @IsInt() @Min(0) @Max(6) senderTon?: number;
  @IfSet() @IsInt() @Min(0) @Max(18) senderNpi?: number;

  /** What the vendor reads `data_coding` 0 as: its "default alphabet". What it lacks travels as UCS-2. */
  @IsIn(['gsm7', 'latin1']) alphabet: 'gsm7' | 'latin1' = 'gsm7';

  /** How the parts of a long text find together again: a header in the text, or TLVs. */
  @IsIn(['udh', 'sar']) longMessages: 'udh' | 'sar' = 'udh';

  /** Longer texts are refused: each part is paid for. */
  @IsInt() @Min(1) @Max(10) maxParts: number = 3;

  @IsIn(ID_STYLES) messageIds: IdStyle = 'auto';

  @IfSet() @ValidateNested() @Type(() => DltSettings) dlt?: DltSettings;

  /** PEM of the authority that has signed the server's certificate, where it is none that Node knows. */
  @IfSet() @Matches(/-----BEGIN CERTIFICATE-----/, { message: 'must be a certificate as PEM' }) ca?: string;
}
