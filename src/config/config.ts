import type { Channel, ProviderDefinition } from '../providers/contract.js';
import type { Alphabet } from '../codes/alphabets.js';
import type { GuardSettings } from '../guard/policy.js';
import type { Budget, Prices } from './money.js';
import type { RedisAddress } from './redis-url.js';

/** `live` keys reach real accounts, `test` keys reach test inboxes; neither reaches the other's. */
export type Mode = 'live' | 'test';
export const SCOPES = ['verifications', 'verifications:read', 'profiles', 'webhooks', 'pii:read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface AccountConfig {
  readonly name: string;
  readonly provider: ProviderDefinition;
  readonly channels: readonly Channel[];
  readonly settings: object;
  /** Milliseconds that one call may take. */
  readonly timeout: number;
  /** Calls at a time, in each process. */
  readonly concurrency: number;
  /** Undefined where nobody has said what its messages cost. */
  readonly prices?: Prices;
}

/** Accounts in the order in which they are tried; with weights, the first one is drawn by them. */
export type AccountList = readonly { readonly account: string; readonly weight?: number }[];

/** The accounts of one channel, by country where one is named. */
export interface RouteConfig {
  readonly default: AccountList;
  readonly countries: Readonly<Record<string, AccountList>>;
}

export interface KeyConfig {
  readonly id: string;
  readonly application: string;
  readonly token: string;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  /** Addresses and ranges that may use it; undefined is any. */
  readonly ipRanges?: readonly string[];
  /** Unix milliseconds from which it is refused; undefined is never. */
  readonly expiresAt?: number;
}

/** At most `count` within any `seconds`: the window slides. */
export interface Limit {
  readonly count: number;
  readonly seconds: number;
}

/** Budgets of one recipient within one application. All limits of a list must allow; an empty list is none. */
export interface Limits {
  readonly sends_per_number: readonly Limit[];
  /** Seconds from the first, second … send of the last hour to the next one; the last figure stays. */
  readonly send_wait: readonly number[];
  readonly failures_per_number: readonly Limit[];
}

/** For how many milliseconds after a code's end something of a verification is kept. */
export interface Retention {
  /** The address and what else is sealed: reference, metadata, plan, payment. */
  readonly numberMs: number;
  /** The record: status, times, attempts, masked address. Not shorter. */
  readonly recordMs: number;
}

export interface ApplicationConfig {
  readonly name: string;
  readonly keys: readonly KeyConfig[];
  readonly limits: Limits;
  /** What the file says about limits elsewhere, lists, countries and rules against pumping. */
  readonly guard: GuardSettings;
  /** ISO 3166-1 country of numbers that are not in international form and name none. */
  readonly country?: string;
  /** Texts that people read may hold addresses of the web. */
  readonly allowUrls: boolean;
  readonly retention: Retention;
  readonly budget?: Budget;
}

/** When a step counts as done, so that no further one starts. */
export const CONFIRM_ON = ['sent', 'delivered', 'read'] as const;
export type ConfirmOn = (typeof CONFIRM_ON)[number];

export interface Step {
  readonly channel: Channel;
  readonly from?: string;
  /** Text with `{{code}}`, or the name or id of a template. In a plan that has started it is a text. */
  readonly template?: string;
  /** Seconds that this step gets before the next one starts. */
  readonly wait: number;
  readonly confirm_on: ConfirmOn;
  /** Language of this message; without one that of the verification. */
  readonly locale?: string;
  /** Seconds for which the vendor may try to deliver it; never longer than the code lives. */
  readonly validity?: number;
}

export interface CodeDefaults {
  readonly code_length?: number;
  readonly alphabet?: Alphabet;
  readonly ttl?: number;
  readonly max_checks?: number;
  readonly locale?: string;
  readonly template?: string;
  readonly resend?: Resend;
}

/** What a repeated send brings: the same code, a new one in its place, or a new one beside the old ones. */
export const RESEND = ['reuse', 'rotate', 'any_live'] as const;
export type Resend = (typeof RESEND)[number];

/** A step of a profile, as people edit it. */
export interface ProfileChannel extends Step {
  readonly id: string;
  /** Position among the others, from 0. */
  readonly order: number;
  readonly status: 'active' | 'inactive';
}

/** A named failover policy of an application: from the file, or made over the API. */
export interface Profile {
  readonly id: string;
  readonly application: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly defaults: CodeDefaults;
  /** In the order in which they are tried. */
  readonly channels: readonly ProfileChannel[];
}

/** A text in several languages, under a name that steps may use. */
export interface Template {
  readonly id: string;
  readonly application: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  /** Language tag → text with `{{code}}`; at least one. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Where webhooks may go beyond https to public addresses. */
export interface WebhooksConfig {
  /** CIDR ranges and addresses. */
  readonly allow: readonly string[];
  readonly allowHttp: boolean;
}

/** Which doors are open: other products' APIs over the same core. */
export interface DoorsConfig {
  readonly qikberry: boolean;
  readonly bics: boolean;
  readonly geniq: boolean;
}

export interface TracesConfig {
  /** The collector's address, without the path (OTLP over HTTP). */
  readonly endpoint: string;
  /** The part of all verifications that is traced, 0 to 1. */
  readonly ratio: number;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly role: 'all' | 'api' | 'worker';
  /** Services on this machine that share the port. */
  readonly processes: number;
  /** For so long a process that was told to stop serves on. */
  readonly drainMs: number;
  readonly redis: RedisAddress;
  /** Base of the addresses that providers call back, without a trailing slash. */
  readonly publicUrl: string;
  /** Opens the admin API; without one only keys of the file with the scope `admin` do. */
  readonly adminKey?: string;
  /** Where traces go; none are made without it. */
  readonly traces?: TracesConfig;
  readonly secrets: readonly Buffer[];
  readonly trustedProxies: readonly string[];
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly routes: ReadonlyMap<Channel, RouteConfig>;
  readonly applications: ReadonlyMap<string, ApplicationConfig>;
  /** By `<application>/<name>`. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** By `<application>/<name>`. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly webhooks: WebhooksConfig;
  readonly doors: DoorsConfig;
  /** Refuses what is too much (docs/operations.md). */
  readonly sheds: boolean;
  /** ISO 4217, of all prices and budgets. */
  readonly currency?: string;
}

/** Injection token of the configuration. */
export const CONFIG = Symbol('config');
