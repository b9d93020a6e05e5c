import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { bounds } from '../config/bounds.js';
import type { Limits } from '../config/config.js';
import type { Micros } from '../config/money.js';
import type { FailureKind } from '../providers/errors.js';
import type { RecipientRef } from '../recipients/lookup.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { budgetArguments, toLimited, type Limited } from './budgets.js';
import { allShards, dueKey, factsKey, failuresKey, sendsKey, shardsAt, stateKey } from './keys.js';
import type { SealedFacts } from './facts.js';
import { parseState, type Delivery, type VerificationState } from './record.js';
import { loadScript, readAcross, run } from './script.js';
import { GRACE_MS, type NextAttempt, type Once } from './verification.store.js';

const scripts = {
  claim: loadScript('claim'),
  record: loadScript('record'),
  apply: loadScript('apply'),
  lease: loadScript('lease'),
  peek: loadScript('peek'),
};

/** So many entries of one shard are taken in one call: bounds the time that Redis serves nobody else. */
const BATCH = 200;

export interface Claim {
  readonly id: string;
  /** Number of the attempt, and which claim of it this is: 1, or 2 after a crash. */
  readonly attempt: number;
  readonly tries: number;
  /** Makes the results of a worker that lost its claim recognisable. */
  readonly fence: number;
  readonly now: number;
  readonly state: VerificationState;
  readonly sealed: SealedFacts;
}

/** The verification is no longer the one that was decided on. */
export type Changed = Pick<Claim, 'now' | 'state'>;

interface Failure {
  readonly kind: FailureKind;
  readonly code: string;
}

/** What the policy has decided, in the store's terms. */
interface Consequence {
  readonly delivery: Delivery;
  readonly confirmed: boolean;
  readonly next: (NextAttempt & { readonly delayMs: number }) | 'keep' | 'none';
}

export interface AttemptResult extends Consequence {
  readonly status: 'sent' | 'failed' | 'maybe_sent';
  readonly messageId?: string;
  readonly vendorStatus?: string;
  readonly error?: Failure;
  /** Nothing else starts before this has passed, if this one was placed (a call). */
  readonly gapMs: number;
  /** Where a price is known. */
  readonly cost?: Micros;
}

export interface Change extends Consequence {
  readonly id: string;
  /** The revision that the decision was made on. */
  readonly revision: string;
  /** What a receipt says about one attempt. */
  readonly receipt?: {
    readonly attempt: number;
    readonly status?: 'delivered' | 'read' | 'failed';
    readonly vendorStatus?: string;
    readonly error?: Failure;
  };
  /** Set when the caller asked for a send: it uses the recipient's budget. */
  readonly budget?: { readonly recipient: RecipientRef; readonly limits: Limits; readonly once?: Once };
}

/** Something is due for a verification; its job goes to the queue of an account. */
export interface DueEntry {
  readonly id: string;
  readonly revision: string;
  /** Since when it waits for a worker, by Redis's time. */
  readonly at: number;
  readonly account: string;
}

const allDueKeys = allShards.map(dueKey);

/** The clock, the claims and what follows them: each method is one script and one round trip. */
@Injectable()
export class DeliveryStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /**
   * The attempt that is due now, for this caller alone; undefined when there is nothing (left) to do.
   * @param worker who has missed an answer asks again under the same name, and gets the same claim
   */
  async claim(id: string, worker: string = randomUUID()): Promise<Claim | undefined> {
    const args = [id, worker, bounds.afterVoice * 1_000];
    const answer = (await run(this.redis, scripts.claim, [stateKey(id), factsKey(id)], args)) as unknown[];
    if (answer[0] !== 'claimed') return undefined;
    const [, attempt, fence, tries, now, flat, facts] = answer as [string, ...number[], string[], string];
    const state = parseState(id, flat as unknown as string[], Number(now));
    return (
      state && {
        id,
        attempt: Number(attempt),
        fence: Number(fence),
        tries: Number(tries),
        now: Number(now),
        state,
        sealed: { facts: String(facts), ownCode: state.ownCode },
      }
    );
  }

  async isPending(id: string): Promise<boolean> {
    return (await this.redis.hget(stateKey(id), 'status')) === 'pending';
  }

  /** Safe to repeat. @returns what is due at once, if anything; or, with nothing recorded, what to decide on again */
  async record({ id, attempt, fence, state }: Claim, result: AttemptResult): Promise<DueEntry | Changed | undefined> {
    const { error } = result;
    const outcome = [result.status, result.messageId, result.vendorStatus, error?.kind, error?.code];
    const next = typeof result.next === 'string' ? ['', '', '', '', ''] : planArguments(result.next);
    const consequence = [result.delivery, result.confirmed ? 1 : 0, GRACE_MS, ...next, result.gapMs, result.cost ?? ''];
    const args = [id, attempt, fence, ...outcome.map((value) => value ?? ''), ...consequence, state.revision];
    const answer = (await run(this.redis, scripts.record, [stateKey(id)], args)) as [string, ...unknown[]];
    if (answer[0] !== 'changed') return toDue(id, answer);
    const now = Number(answer[1]);
    return { now, state: parseState(id, answer[2] as string[], now) as VerificationState };
  }

  /** @returns `changed` when the verification is no longer the one that was read: decide again */
  async apply(change: Change): Promise<'changed' | Limited | DueEntry | undefined> {
    const { id, receipt, budget } = change;
    const keys = [stateKey(id)];
    if (budget) keys.push(sendsKey(budget.recipient), failuresKey(budget.recipient));
    const about = [
      receipt?.attempt,
      receipt?.status,
      receipt?.vendorStatus,
      receipt?.error?.kind,
      receipt?.error?.code,
    ];
    const next = typeof change.next === 'string' ? [change.next, '', '', '', ''] : planArguments(change.next);
    const consequence = [change.delivery, change.confirmed ? 1 : 0, GRACE_MS, ...next];
    const limits = budget ? [...budgetArguments(budget.limits), budget.once ?? ''] : [];
    const args = [id, change.revision, ...about.map((value) => value ?? ''), ...consequence, ...limits];
    const answer = (await run(this.redis, scripts.apply, keys, args)) as [string, ...unknown[]];
    if (answer[0] === 'changed') return 'changed';
    if (answer[0] === 'limited') return toLimited(answer);
    return toDue(id, answer);
  }

  /** Shards that have something due, and those that nobody answers for now. */
  async peek(): Promise<{ ready: string[]; silent: string[] }> {
    const { found, silent } = await readAcross(this.redis, scripts.peek, allDueKeys);
    return { ready: shardsAt(found), silent: silent.map((place) => allShards[place] as string) };
  }

  /** Takes what is due in one shard, for `leaseMs`. */
  async lease(shard: string, leaseMs: number): Promise<DueEntry[]> {
    const answer = await run(this.redis, scripts.lease, [dueKey(shard)], [BATCH, leaseMs]);
    const [now, ...flat] = answer as [number, ...string[]];
    const entries: DueEntry[] = [];
    for (let i = 0; i < flat.length; i += 3) {
      const [id, revision, account] = flat.slice(i, i + 3) as [string, string, string];
      entries.push({ id, revision, at: now, account });
    }
    return entries;
  }
}

const planArguments = ({ delayMs, step, channel, account, leaseMs }: NextAttempt & { delayMs: number }) => [
  delayMs,
  step,
  channel,
  account,
  leaseMs,
];

function toDue(id: string, answer: unknown): DueEntry | undefined {
  const [word, revision, at, account] = answer as [string, string, number, string];
  return word === 'again' ? { id, revision, at, account } : undefined;
}
