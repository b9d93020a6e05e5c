import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO4217CurrencyCode,
  IsISO8601,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { getCountries } from 'libphonenumber-js/max';
import { alphabets, type Alphabet } from '../codes/alphabets.js';
import { CHANNELS, type Channel } from '../providers/contract.js';
import { CONFIRM_ON, RESEND, SCOPES, type ConfirmOn, type Mode, type Resend, type Scope } from './config.js';
import { bounds, LANGUAGE_TAG } from './bounds.js';
import { isRange } from './ip-range.js';
import { LIMIT_HELP, parseLimits, parseWaits, WAITS_HELP } from './limits.js';
import { AMOUNT_HELP, HasValue } from './money.schema.js';

/** The YAML file's shape (design §2), section by section; maps are walked in `load-file.ts`. */

export class FileSchema {
  @IsOptional() @IsObject() accounts: Record<string, unknown> = {};
  @IsOptional() @IsObject() routes: Record<string, unknown> = {};
  @IsOptional() @IsObject() applications: Record<string, unknown> = {};
  @IsOptional() @IsObject() profiles: Record<string, unknown> = {};
  @IsOptional() @IsObject() templates: Record<string, unknown> = {};
  @IsOptional() @IsArray() @IsString({ each: true }) trusted_proxies: string[] = [];
  @IsOptional() @IsObject() webhooks: object = {};
  @IsOptional() @IsObject() doors: object = {};

  /** `off` serves whatever comes, however late: for load tests that look for the end of what can be done. */
  @IsOptional() @IsIn(['on', 'off', true, false], { message: 'must be on or off' }) shedding: string | boolean = 'on';

  /** ISO 4217. A label of all amounts: nothing is converted. */
  @IsOptional() @IsISO4217CurrencyCode({ message: 'must be a currency code like EUR' }) currency?: string;
}

export class AccountSchema {
  @IsString() use: string;

  @IsOptional() @IsArray() @ArrayNotEmpty() @IsIn(CHANNELS, { each: true }) channels?: Channel[];

  @IsOptional() @IsObject() settings: object = {};

  /** Seconds that one call to the vendor may take. Vendors answer in 0.1–2 s; a person waits for the next account. */
  @IsOptional() @IsNumber() @Min(0.1) @Max(60) timeout: number = 5;

  /** Calls at a time in each process: a slow vendor fills its own places and nobody else's. */
  @IsOptional() @IsInt() @Min(1) @Max(1_000) concurrency: number = 100;

  /** What one message costs: an amount, or a mapping (`load-prices.ts`). */
  @HasValue(AMOUNT_HELP) price?: unknown;
}

export class RouteSchema {
  /** A list in the order in which accounts are tried, or a split like { a: 80, b: 20 }. */
  @IsOptional() default: unknown = [];
  @IsOptional() @IsObject() countries: Record<string, unknown> = {};
}

const isRangeText = (value: unknown): boolean => typeof value === 'string' && isRange(value);
const RANGE_HELP = 'must hold IP addresses or CIDR ranges';
/** Of all that ISO 8601 knows what `Date` can read. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const TIME_HELP = { message: 'must be a time like 2030-01-31T12:00:00Z' };

/** No caller could send another one. */
export const HEADER_SIGNS = /^[\x21-\x7e]*$/;
export const HEADER_HELP = { message: 'must have no blanks, and no signs but those of ASCII' };

export class KeySchema {
  @Matches(/^[\w-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, - or _' }) id: string;

  @IsString() @MinLength(bounds.token) @Matches(HEADER_SIGNS, HEADER_HELP) token: string;

  @IsIn(['live', 'test']) mode: Mode;

  @IsOptional() @IsArray() @IsIn(SCOPES, { each: true }) scopes: Scope[] = ['verifications'];

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(bounds.ipRanges)
  @ValidateBy(
    { name: 'isRange', validator: { validate: isRangeText, defaultMessage: () => RANGE_HELP } },
    { each: true },
  )
  ip_ranges?: string[];

  /** A past one is refused when the key is used, not here: a key that runs out must not stop a restart. */
  @IsOptional() @Matches(TIME, TIME_HELP) @IsISO8601({ strict: true }) expires_at?: string;
}

class TextsSchema {
  /** Templates, senders and payees may hold addresses of the web. */
  @IsOptional() @IsBoolean() allow_urls: boolean = false;
}

export class ApplicationSchema {
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => KeySchema) keys: KeySchema[] = [];

  /** `off`, or a mapping of budgets. */
  @IsOptional() limits?: unknown;

  /** Limits elsewhere, countries, kinds of numbers, rules against pumping. */
  @IsOptional() guard?: unknown;

  /** Ceilings of what may be spent, a mapping (`load-budget.ts`). */
  @HasValue('must be a mapping') budget?: unknown;

  @IsOptional() @IsIn(getCountries(), { message: 'must be a country with phone numbers, like DE' }) country?: string;

  @IsOptional() @ValidateNested() @Type(() => TextsSchema) texts?: TextsSchema;

  /** A mapping of lives, `load-retention.ts`. */
  @IsOptional() retention?: unknown;
}

const LIFE = /^[1-9]\d{0,3}[hd]$/;
const LIFE_HELP = { message: 'must be hours or days like 24h or 7d' };

export class RetentionSchema {
  @IsOptional() @Matches(LIFE, LIFE_HELP) number?: string;
  @IsOptional() @Matches(LIFE, LIFE_HELP) record?: string;
}

/** What `parse` reads: read again where it is loaded. */
const IsReadable = (parse: (value: unknown) => unknown, help: string): PropertyDecorator =>
  ValidateBy({
    name: 'isReadable',
    validator: { validate: (value) => parse(value) !== undefined, defaultMessage: () => help },
  });

export class LimitsSchema {
  @IsOptional() @IsReadable(parseLimits, LIMIT_HELP) sends_per_number?: unknown;
  @IsOptional() @IsReadable(parseWaits, WAITS_HELP) send_wait?: unknown;
  @IsOptional() @IsReadable(parseLimits, LIMIT_HELP) failures_per_number?: unknown;
}

export class WebhooksSchema {
  /** CIDR ranges that webhooks may reach although they are private. */
  @IsOptional() @IsArray() @IsString({ each: true }) allow: string[] = [];
  /** Also addresses that begin with http://. */
  @IsOptional() @IsBoolean() allow_http: boolean = false;
}

/** A door is a way in: none is open that nobody has asked for. */
export class DoorsSchema {
  @IsOptional() @IsBoolean() qikberry: boolean = false;
  @IsOptional() @IsBoolean() bics: boolean = false;
  @IsOptional() @IsBoolean() geniq: boolean = false;
}

const IsLanguageTag = (): PropertyDecorator =>
  applyDecorators(
    IsString(),
    MaxLength(LANGUAGE_TAG.maxLength),
    Matches(new RegExp(LANGUAGE_TAG.pattern), { message: 'must be a language tag like en or pt-BR' }),
  );

export class StepSchema {
  @IsIn(CHANNELS) channel: Channel;
  @IsOptional() @IsString() @Length(1, bounds.from) from?: string;
  @IsOptional() @IsString() @Length(1, bounds.template) template?: string;
  @IsOptional() @IsInt() @Min(bounds.wait.min) @Max(bounds.wait.max) wait: number = bounds.wait.default;
  @IsOptional() @IsInt() @Min(0) @Max(100) order?: number;
  @IsOptional() @IsIn(CONFIRM_ON) confirm_on: ConfirmOn = 'delivered';
  @IsOptional() @IsLanguageTag() locale?: string;
  @IsOptional() @IsInt() @Min(bounds.validity.min) @Max(bounds.validity.max) validity?: number;
}

export class DefaultsSchema {
  @IsOptional() @IsInt() @Min(bounds.codeLength.min) @Max(bounds.codeLength.max) code_length?: number;
  @IsOptional() @IsIn(Object.keys(alphabets)) alphabet?: Alphabet;
  @IsOptional() @IsInt() @Min(bounds.ttl.min) @Max(bounds.ttl.max) ttl?: number;
  @IsOptional() @IsInt() @Min(bounds.maxChecks.min) @Max(bounds.maxChecks.max) max_checks?: number;

  @IsOptional() @IsLanguageTag() locale?: string;
  @IsOptional() @IsString() @Length(1, bounds.template) template?: string;
  @IsOptional() @IsIn(RESEND) resend?: Resend;
}

export class ProfileSchema {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(bounds.steps)
  @ValidateNested({ each: true })
  @Type(() => StepSchema)
  channels: StepSchema[];

  @IsOptional() @ValidateNested() @Type(() => DefaultsSchema) defaults?: DefaultsSchema;
}

export class TemplateSchema {
  /** Language tag → text; walked in `load-template.ts`. */
  @IsObject() texts: Record<string, unknown>;
}
