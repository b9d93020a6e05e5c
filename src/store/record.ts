import type { Mode } from '../config/config.js';
import type { Micros } from '../config/money.js';
import type { FailureKind } from '../providers/errors.js';
import type { Channel } from '../providers/contract.js';
import type { RecipientRef } from '../recipients/lookup.js';
import { shardOf } from './keys.js';

export const STATUSES = ['pending', 'approved', 'expired', 'canceled', 'locked'] as const;
export type Status = (typeof STATUSES)[number];
export type Delivery = 'queued' | 'sent' | 'delivered' | 'undelivered';
type AttemptStatus = 'sending' | 'sent' | 'maybe_sent' | 'failed' | 'delivered' | 'read';

/** By `next`: the caller has asked for this message, or it is that one again over another account. */
type Wanted = 'asked' | 'retry';

/** One try to send one message through one account. Times in Unix milliseconds. */
export interface Attempt {
  /** 1 for the verification's first attempt. */
  readonly n: number;
  readonly step: number;
  /** Which start or continuation it belongs to. */
  readonly round: number;
  readonly channel: Channel;
  readonly account: string;
  readonly wanted?: Wanted;
  readonly status: AttemptStatus;
  readonly messageId?: string;
  readonly vendorStatus?: string;
  readonly error?: { readonly kind: FailureKind; readonly code: string };
  /** Undefined while it is not known: under way, or without a price. */
  readonly cost?: Micros;
  readonly queuedAt: number;
  readonly sentAt?: number;
  readonly deliveredAt?: number;
  readonly failedAt?: number;
}

/** A verification's state, as the scripts keep it. */
export interface VerificationState {
  readonly id: string;
  readonly application: string;
  /** Of the key that has started it. */
  readonly mode: Mode;
  readonly keyId: string;
  /** Where its budgets are. */
  readonly recipient: RecipientRef;
  /** The address as events show it. */
  readonly masked: string;
  /** Sealed; only while it is live. */
  readonly ownCode?: string;
  readonly status: Status;
  readonly delivery: Delivery;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly checks: { readonly made: number; readonly max: number };
  readonly sends: number;
  readonly generation: number;
  readonly round: number;
  /** Delivery was confirmed in this round. */
  readonly confirmed: boolean;
  readonly revision: string;
  readonly next?: {
    readonly step: number;
    readonly channel: Channel;
    readonly account: string;
    readonly at: number;
    readonly wanted?: Wanted;
  };
  readonly attempts: readonly Attempt[];
}

/**
 * Whose a verification is. To an application's test keys those of its live keys are a stranger's, and the other way round: a
 * test key could bring a live code into the sandbox, or send over a real account.
 */
export const ownerOf = ({ application, mode }: Pick<VerificationState, 'application' | 'mode'>): string =>
  mode === 'test' ? `${application}~test` : application;

/** @param flat HGETALL's list of fields and values; @param now Redis's time: what has expired says so at once */
export function parseState(id: string, flat: readonly string[], now: number): VerificationState | undefined {
  if (flat.length === 0) return undefined;
  const fields: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
  const text = (name: string): string => fields[name] ?? '';
  const expiresAt = Number(text('expires'));
  const status = text('status') as Status;
  return {
    id,
    application: text('app'),
    mode: text('mode') === 'test' ? 'test' : 'live',
    keyId: text('kid'),
    recipient: { shard: shardOf(id), hash: text('rcpt') },
    masked: text('masked'),
    ownCode: fields.own,
    status: status === 'pending' && now >= expiresAt ? 'expired' : status,
    delivery: text('delivery') as Delivery,
    createdAt: Number(text('created')),
    expiresAt,
    checks: { made: Number(text('made')), max: Number(text('max')) },
    sends: Number(text('sends')),
    generation: Number(text('gen')),
    round: Number(text('round')),
    confirmed: text('confirmed') === text('round'),
    revision: text('rev'),
    next: fields.next_at
      ? {
          step: Number(text('next_step')),
          channel: text('next_channel') as Channel,
          account: text('next_account'),
          at: Number(fields.next_at),
          wanted: toWanted(fields.next_why),
        }
      : undefined,
    attempts: Array.from({ length: Number(text('n')) }, (_, i) => parseAttempt(i + 1, fields)),
  };
}

const toWanted = (why: string | undefined): Wanted | undefined =>
  why === 'asked' || why === 'retry' ? why : undefined;

function parseAttempt(n: number, fields: Record<string, string>): Attempt {
  const field = (name: string): string | undefined => fields[`${n}:${name}`];
  const time = (name: string): number | undefined => (field(name) ? Number(field(name)) : undefined);
  const kind = field('error_kind');
  return {
    n,
    step: Number(field('step')),
    round: Number(field('round')),
    channel: field('channel') as Channel,
    account: field('account') ?? '',
    wanted: toWanted(field('why')),
    status: field('status') as AttemptStatus,
    messageId: field('message_id'),
    vendorStatus: field('vendor_status'),
    error: kind ? { kind: kind as FailureKind, code: field('error_code') ?? '' } : undefined,
    cost: field('cost') === undefined ? undefined : Number(field('cost')),
    queuedAt: Number(field('queued')),
    sentAt: time('sent'),
    deliveredAt: time('delivered'),
    failedAt: time('failed'),
  };
}
