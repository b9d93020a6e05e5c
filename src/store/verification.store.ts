import { Inject, Injectable } from '@nestjs/common';
import { bounds } from '../config/bounds.js';
import type { Limits, Mode, Retention } from '../config/config.js';
import { NO_LIMITS } from '../config/limits.js';
import { budgetArguments, toAllowance, toLimited, type Allowance, type Limited } from './budgets.js';
import { byNumberKey, byReferenceKey, byTimeKey, factsKey, failuresKey, onceKey, pendingKey } from './keys.js';
import { sendsKey, stateKey } from './keys.js';
import { parseState, type Status, type VerificationState } from './record.js';
import type { SealedFacts } from './facts.js';
import { loadScript, run } from './script.js';
import type { Channel } from '../providers/contract.js';
import type { RecipientRef } from '../recipients/lookup.js';
import { REDIS, type RedisClient } from '../shared/redis.js';

/** Whoever decides "now" also acts now; this is how long the poller gives it before it takes over. */
export const GRACE_MS = 2_000;

const scripts = {
  start: loadScript('start'),
  continue: loadScript('continue'),
  check: loadScript('check'),
  cancel: loadScript('cancel'),
  read: loadScript('read'),
};

/**
 * Names a call with an Idempotency-Key. The script that has its effect remembers its answer under this name, for 24 h;
 * the same call gets that answer instead of a second effect.
 */
export type Once = string;

/** The next attempt, as the policy has chosen it. */
export interface NextAttempt {
  readonly step: number;
  readonly channel: Channel;
  readonly account: string;
  /** Milliseconds after which another worker may take it over. */
  readonly leaseMs: number;
}

export interface NewVerification {
  readonly id: string;
  readonly application: string;
  readonly mode: Mode;
  readonly keyId: string;
  readonly recipient: RecipientRef;
  /** Profile (and transaction) that this verification is the one live one for. */
  readonly slot: string;
  readonly referenceHash?: string;
  /** What events show. */
  readonly masked: string;
  readonly profile?: string;
  /** Id of the one webhook that events go to. */
  readonly webhook?: string;
  /** How its approval counts for the guard. */
  readonly guard?: string;
  readonly sealed: SealedFacts;
  readonly mac: string;
  readonly ttlMs: number;
  readonly maxChecks: number;
  readonly limits: Limits;
  readonly retention: Retention;
  readonly next: NextAttempt;
  readonly once?: Once;
}

export interface Continuation {
  readonly id: string;
  /** Of the code that `facts` were made for: refused when it has been replaced since. */
  readonly generation: number;
  /** Only when it repeats a plan that was read: refused when another round has begun since. */
  readonly round?: number;
  readonly recipient: RecipientRef;
  readonly referenceHash?: string;
  /** Id of the one webhook that events go to from now on; without one they go where they went. */
  readonly webhook?: string;
  readonly sealed: SealedFacts;
  /** Only when there is a new code: it has a life of its own, and older ones stay right or not. */
  readonly code?: { readonly mac: string; readonly ttlMs: number; readonly olderStayRight: boolean };
  readonly limits: Limits;
  readonly retention: Retention;
  readonly next: NextAttempt;
  readonly delayMs: number;
  readonly once?: Once;
}

export type StartOutcome =
  /** The id is another one than was given when the same call has created it before. */
  | { readonly kind: 'created'; readonly id: string; readonly now: number; readonly allowance: Allowance }
  | { readonly kind: 'pending'; readonly id: string }
  /** By the same call, before. */
  | { readonly kind: 'continued'; readonly id: string }
  | Limited;

export type ContinueOutcome =
  | {
      readonly kind: 'continued';
      readonly revision: string;
      readonly expiresAt: number;
      readonly allowance: Allowance;
    }
  | { readonly kind: 'changed' }
  | Limited;

export const CHECK_RESULTS = [
  'approved',
  'incorrect',
  'replaced',
  'expired',
  'already_approved',
  'canceled',
  'locked',
] as const;
type CheckResult = (typeof CHECK_RESULTS)[number];

export interface CheckOutcome {
  readonly result: CheckResult;
  readonly status: Status;
  readonly made: number;
  readonly max: number;
  readonly sends: number;
  readonly expiresAt: number;
  readonly allowance: Allowance;
}

export interface StoredVerification {
  readonly state: VerificationState;
  readonly sealed: SealedFacts;
  readonly allowance: Allowance;
  /** Redis's time of the reading. */
  readonly now: number;
  /** The call that was asked for has had its effect. */
  readonly done: boolean;
}

/** State in Redis: each method is one script and one round trip. Knows no policy and no HTTP. */
@Injectable()
export class VerificationStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  async start(v: NewVerification): Promise<StartOutcome> {
    const { id, recipient, limits, next } = v;
    const keys = [
      stateKey(id),
      factsKey(id),
      pendingKey(recipient, v.slot),
      sendsKey(recipient),
      failuresKey(recipient),
      byNumberKey(recipient),
      byTimeKey(recipient.shard, v.application),
    ];
    if (v.referenceHash) keys.push(byReferenceKey(recipient.shard, v.referenceHash));
    const fields = ['app', v.application, 'kid', v.keyId, 'rcpt', recipient.hash, 'slot', v.slot, 'max', v.maxChecks];
    fields.push('m1', v.mac, 'next_step', next.step, 'next_channel', next.channel, 'next_account', next.account);
    fields.push('next_lease', next.leaseMs, 'masked', v.masked);
    if (v.mode === 'test') fields.push('mode', v.mode);
    if (v.profile !== undefined) fields.push('profile', v.profile);
    if (v.webhook !== undefined) fields.push('hook', v.webhook);
    if (v.guard !== undefined) fields.push('guard', v.guard);
    if (v.sealed.ownCode !== undefined) fields.push('own', v.sealed.ownCode);
    const numbers = [v.ttlMs, v.retention.recordMs, v.retention.numberMs];
    const answer = await run(this.redis, scripts.start, keys, [
      id,
      ...numbers,
      v.sealed.facts,
      ...budgetArguments(limits),
      GRACE_MS,
      v.once ?? '',
      ...fields,
    ]);
    return toStartOutcome(answer as [string, ...unknown[]]);
  }

  /** Whether a start would continue one. */
  async hasLive(recipient: RecipientRef, slot: string): Promise<boolean> {
    return (await this.redis.exists(pendingKey(recipient, slot))) === 1;
  }

  /** Whether this call to a recipient has had its effect: repeated, it gets the same answer. */
  async hasAnswered({ shard }: RecipientRef, once: Once | undefined): Promise<boolean> {
    return once !== undefined && (await this.redis.exists(onceKey(shard, once))) === 1;
  }

  async continue(c: Continuation): Promise<ContinueOutcome> {
    const { id, recipient, limits, next } = c;
    const keys = [stateKey(id), factsKey(id), sendsKey(recipient), failuresKey(recipient)];
    if (c.referenceHash) keys.push(byReferenceKey(recipient.shard, c.referenceHash));
    const plan = [next.step, next.channel, next.account, next.leaseMs, c.delayMs];
    const code = c.code ? [c.code.mac, c.code.ttlMs, c.code.olderStayRight ? 1 : 0] : ['', 0, 0];
    const numbers = [...budgetArguments(limits), GRACE_MS, c.retention.numberMs];
    const args = [
      id,
      c.generation,
      c.sealed.facts,
      ...numbers,
      ...plan,
      ...code,
      c.retention.recordMs,
      c.round ?? '',
      bounds.sends,
      c.webhook ?? '',
      c.once ?? '',
      c.sealed.ownCode ?? '',
    ];
    const answer = (await run(this.redis, scripts.continue, keys, args)) as [string, ...unknown[]];
    if (answer[0] === 'limited') return toLimited(answer);
    if (answer[0] === 'changed') return { kind: 'changed' };
    const [, , revision, expiresAt] = answer;
    return {
      kind: 'continued',
      revision: String(revision),
      expiresAt: Number(expiresAt),
      allowance: toAllowance(answer),
    };
  }

  /**
   * @param macs the typed code under every live key
   * @returns undefined for an id that this owner does not have; `unreadable`, and nothing is counted, where none of the keys
   *   has made its code
   */
  async check(
    owner: string,
    id: string,
    macs: readonly { keyId: string; mac: string }[],
    limits: Limits,
    once: Once = '',
  ): Promise<CheckOutcome | 'unreadable' | undefined> {
    const args = [owner, id, ...budgetArguments(limits), once];
    for (const { keyId, mac } of macs) args.push(keyId, mac);
    const answer = (await run(this.redis, scripts.check, [stateKey(id)], args)) as unknown[];
    const [result, status, made, max, sends, expiresAt] = answer;
    if (result === 'unknown') return undefined;
    if (result === 'unreadable') return result;
    return {
      result: result as CheckResult,
      status: status as Status,
      made: Number(made),
      max: Number(max),
      sends: Number(sends),
      expiresAt: Number(expiresAt),
      allowance: toAllowance(answer),
    };
  }

  /** @returns undefined for an unknown id, else the status, and whether this call has brought it about */
  async cancel(owner: string, id: string, once: Once = ''): Promise<{ canceled: boolean; status: Status } | undefined> {
    const answer = (await run(this.redis, scripts.cancel, [stateKey(id)], [owner, id, once])) as string;
    if (answer === 'unknown') return undefined;
    if (answer === 'canceled') return { canceled: true, status: 'canceled' };
    return { canceled: false, status: answer.slice('already_'.length) as Status };
  }

  /** @param limits what the allowance is told by; without them it says nothing */
  async read(id: string, limits = NO_LIMITS, once: Once = ''): Promise<StoredVerification | undefined> {
    const keys = [stateKey(id), factsKey(id)];
    const answer = (await run(this.redis, scripts.read, keys, [once, ...budgetArguments(limits)])) as unknown[];
    const [now, flat, facts, done] = answer as [number, string[], string, number];
    const state = parseState(id, flat, now);
    const sealed = { facts, ownCode: state?.ownCode };
    return state && { state, sealed, allowance: toAllowance(answer), now, done: done === 1 };
  }
}

function toStartOutcome(answer: [string, ...unknown[]]): StartOutcome {
  if (answer[0] === 'limited') return toLimited(answer);
  if (answer[0] === 'pending') return { kind: 'pending', id: String(answer[1]) };
  if (answer[0] === 'continued') return { kind: 'continued', id: String(answer[1]) };
  return { kind: 'created', id: String(answer[1]), now: Number(answer[2]), allowance: toAllowance(answer) };
}
