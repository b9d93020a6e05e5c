import type { Limit } from '../config/config.js';
import type { Channel } from '../providers/contract.js';

/** `monitor` decides and tells, but refuses nothing. */
export const GUARD_MODES = ['enforce', 'monitor'] as const;
export type GuardMode = (typeof GUARD_MODES)[number];

export const RULE_MODES = [...GUARD_MODES, 'off'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

/** What a limit counts by. `prefix` is the number without its last four digits; `limit_key` is named by the caller. */
export const LIMIT_SUBJECTS = ['client_ip', 'prefix', 'country', 'application', 'limit_key'] as const;
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];

/** Several limits on one thing: all must have room. */
export interface LimitRule {
  readonly id: string;
  /** What refusals say. */
  readonly name: string;
  readonly key: LimitSubject;
  /** The name under which callers give the value; only with `limit_key`. */
  readonly limitKey?: string;
  readonly limits: readonly Limit[];
  readonly mode: GuardMode;
}

/** Rules against traffic that somebody is paid for. Each sees what became of earlier sends. */
export const PUMPING_RULES = ['pumping_prefix', 'pumping_country', 'unverified_share', 'countries_per_ip'] as const;
export type PumpingRule = (typeof PUMPING_RULES)[number];

/**
 * - `filter` lets pass only numbers whose prefix has had an approval in the last 30 days;
 * - `monitor` refuses nothing, and tells what `block` would have refused.
 */
export const COUNTRY_MODES = ['allow', 'block', 'monitor', 'filter'] as const;
export type CountryMode = (typeof COUNTRY_MODES)[number];

/** By ISO 3166-1 country; `default` for all that are not named. */
export type CountryModes = Readonly<Record<string, CountryMode>>;

export interface CountryPolicy {
  readonly all: CountryModes;
  /** For single channels, on top of `all`: the stricter of the two counts. */
  readonly channels: Readonly<Partial<Record<Channel, CountryModes>>>;
}

/** Kinds of numbers that nobody signs in with. */
export const LINE_TYPES = ['premium', 'shared_cost', 'personal', 'satellite', 'unallocated'] as const;
export type LineType = (typeof LINE_TYPES)[number];

export const ENTRY_ACTIONS = ['allow', 'block'] as const;
export const ENTRY_KINDS = ['number', 'prefix', 'ip_range'] as const;
type EntryKind = (typeof ENTRY_KINDS)[number];

/** One entry of an allow or block list. */
export interface ListEntry {
  readonly id: string;
  readonly action: (typeof ENTRY_ACTIONS)[number];
  readonly kind: EntryKind;
  /** `number`: the keyed hash that `recipientRef` makes; `prefix`: `+` and digits; `ip_range`: address or CIDR range. */
  readonly value: string;
  /** Unix milliseconds from which it does not count any more. */
  readonly expiresAt?: number;
}

/** What may be said about an application's guard: in the file, or over the API. What is not said is as it was. */
export interface GuardSettings {
  readonly limits?: readonly LimitRule[];
  readonly pumping?: Readonly<Partial<Record<PumpingRule, RuleMode>>>;
  readonly countries?: CountryPolicy;
  readonly lineTypes?: Readonly<Partial<Record<LineType, RuleMode>>>;
  readonly entries?: readonly ListEntry[];
}

/** List entries, ready to be asked. */
export interface Lists {
  readonly numbers: ReadonlyMap<string, readonly ListEntry[]>;
  readonly prefixes: ReadonlyMap<string, readonly ListEntry[]>;
  /** By the name of the range (addresses.ts). */
  readonly ranges: ReadonlyMap<string, readonly ListEntry[]>;
  /** How many bits they name, the most first. */
  readonly rangeLengths: readonly number[];
}

/** All that holds for one application, put together from file and API. */
export interface GuardPolicy {
  readonly limits: readonly LimitRule[];
  readonly pumping: Readonly<Record<PumpingRule, RuleMode>>;
  readonly countries: CountryPolicy;
  readonly lineTypes: Readonly<Record<LineType, RuleMode>>;
  readonly lists: Lists;
}

/** A rule has refused, or would have. */
export interface Decision {
  readonly rule: string;
  readonly mode: GuardMode;
  /** What was counted or found, and from where on it is too much; 1 and 1 for rules that only know yes and no. */
  readonly value: number;
  readonly threshold: number;
}
