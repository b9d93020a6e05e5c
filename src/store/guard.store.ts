import { Inject, Injectable } from '@nestjs/common';
import type { GuardMode, GuardPolicy, PumpingRule } from '../guard/policy.js';
import { THRESHOLDS } from '../guard/thresholds.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { fieldsOf } from './hashes.js';
import { stateKey } from './keys.js';
import { loadScript, run } from './script.js';

const scripts = {
  admit: loadScript('admit'),
  release: loadScript('release'),
  convert: loadScript('convert'),
  blocks: loadScript('list_blocks'),
  lift: loadScript('lift_block'),
  tell: loadScript('tell_blocked'),
};

/**
 * What the guard remembers of an application, all under one hash tag. Prefixes, addresses and values of callers are
 * keyed hashes.
 *
 * | key | holds | lives |
 * |---|---|---|
 * | `pl:{g:<app>}:l:<rule>:<window>:<value>` | times of a limit's newest sends (list) | the window |
 * | `:s:<subject>` | sends and approvals of a prefix, a country, the application (hash) | 30 min to 3 days |
 * | `:c:<address>` | countries that an address has sent to (hash) | 1 h |
 * | `:f:<prefix>` | the prefix has had an approval | 30 days |
 * | `:a` | approvals so far | 30 days from the last one |
 * | `:b`, `:be` | blocks, and when they are forgotten; 10 000 at most | 30 days from the last one |
 * | `:m` | the last outbox entry of each shard whose approval was counted (hash) | 30 days from the last one |
 * | `:i:<call>` | a call with an Idempotency-Key was counted | 24 h |
 */
const blocksKey = (application: string): string => `pl:{g:${application}}:b`;
const marksKey = (application: string): string => `pl:{g:${application}}:m`;

const thresholds = JSON.stringify(THRESHOLDS);

export interface LimitCheck {
  readonly name: string;
  readonly mode: GuardMode;
  readonly limits: readonly { readonly key: string; readonly count: number; readonly window: number }[];
}

/** One send, as admit.lua reads it. */
export interface GuardRequest {
  readonly once?: string;
  /** 1 when a monitor would have refused it already. */
  readonly shadow?: 1;
  readonly limits: readonly LimitCheck[];
  /** Keyed hash; only where rules that learn from approvals apply. */
  readonly prefix?: string;
  readonly country?: string;
  /** Keyed hash of the address. */
  readonly ip?: string;
  readonly pumping?: GuardPolicy['pumping'];
  readonly filter?: 'enforce';
  /** What a block of prefix, country, application or address is called where people read it. */
  readonly labels?: readonly string[];
}

/** Numbers that a monitor has decided by. */
interface Monitored {
  readonly rule: string;
  readonly value: number;
  readonly threshold: number;
}

export interface LimitLeft {
  readonly name: string;
  readonly left: number;
  /** Milliseconds until the next send; 0 for at once. */
  readonly waitMs: number;
}

export type Admitted = {
  readonly kind: 'admitted';
  /** Redis's time. */
  readonly now: number;
  readonly flags: number;
  readonly monitored: readonly Monitored[];
  readonly left: readonly LimitLeft[];
};

export type AdmitOutcome =
  | Admitted
  | { readonly kind: 'limited'; readonly rule: string; readonly retryAfterMs: number }
  /** Without a time it does not end by itself. */
  | ({ readonly kind: 'blocked'; readonly retryAfterMs?: number } & Monitored);

/** An approval, and where its shard's outbox has told of it. */
export interface Approval {
  readonly shard: string;
  readonly entryId: string;
  /** As `markOf` has made it. */
  readonly mark: string;
}

/** A refused send, as its event tells of it. */
export interface RefusedSend {
  /** Of the verification; where there is none yet, the one that it would have had. */
  readonly id: string;
  readonly application: string;
  readonly rule: string;
  readonly masked: string;
  readonly profile?: string;
  readonly webhook?: string;
}

const BLOCK_KINDS = ['prefix', 'ip', 'country', 'application'] as const;

/** Nothing of its subject is sent until it ends by itself. Times in Unix milliseconds. */
export interface Block {
  /** Names the subject: a block of the same subject has the same id again. */
  readonly id: string;
  readonly rule: PumpingRule;
  /** `prefix`, `ip`: all of it; `country`, `application`: all but prefixes with an approval in the last 30 days. */
  readonly kind: (typeof BLOCK_KINDS)[number];
  /** A country, or what may be told of a prefix or an address: without its last digits. */
  readonly subject: string;
  /** Of the rule, when it was made. In `monitor` nothing is refused. */
  readonly mode: GuardMode;
  readonly value: number;
  readonly threshold: number;
  readonly since: number;
  readonly until: number;
}

/** What the guard remembers: each method is one script and one round trip. Knows no HTTP. */
@Injectable()
export class GuardStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  async admit(application: string, request: GuardRequest): Promise<AdmitOutcome> {
    const args = [thresholds, JSON.stringify(request)];
    const answer = (await run(this.redis, scripts.admit, [blocksKey(application)], args)) as unknown[];
    const [kind, rule, ms, value, threshold] = answer as [string, string, number, number, number];
    if (kind === 'limited') return { kind, rule, retryAfterMs: ms };
    if (kind === 'blocked') return { kind, rule, retryAfterMs: ms < 0 ? undefined : ms, value, threshold };
    const [, now, flags, monitored, left] = answer as [string, number, number, unknown[], unknown[]];
    return {
      kind: 'admitted',
      now,
      flags,
      monitored: triples(monitored).map((one) => ({ rule: one[0], value: one[1], threshold: one[2] })),
      left: triples(left).map((one) => ({ name: one[0], left: one[1], waitMs: one[2] })),
    };
  }

  /** Takes back what `admit` has counted. */
  async release(application: string, request: GuardRequest, { now, flags }: Admitted): Promise<void> {
    const args = [thresholds, JSON.stringify(request), now, flags];
    await run(this.redis, scripts.release, [blocksKey(application)], args);
  }

  /** Safe to repeat. @param approvals those of a shard in the order of its outbox */
  async convert(application: string, approvals: readonly Approval[]): Promise<void> {
    const args = approvals.flatMap(({ shard, entryId, mark }) => [shard, entryId, mark]);
    await run(this.redis, scripts.convert, [blocksKey(application), marksKey(application)], [thresholds, ...args]);
  }

  /** Those in force, the newest first. */
  async blocks(application: string): Promise<Block[]> {
    const [now, flat] = (await run(this.redis, scripts.blocks, [blocksKey(application)], [])) as [number, string[]];
    return Object.entries(fieldsOf(flat))
      .map(([id, json]) => toBlock(id, json))
      .filter(({ until }) => until > now)
      .sort((a, b) => b.since - a.since);
  }

  /** Also forgets that it was there. @returns false when none with this id is in force */
  async lift(application: string, id: string): Promise<boolean> {
    return (await run(this.redis, scripts.lift, [blocksKey(application)], [id])) === 1;
  }

  /** Writes the event into the outbox of the recipient's shard. */
  async tellBlocked({ id, application, rule, masked, profile, webhook }: RefusedSend): Promise<void> {
    const args = [id, application, rule, masked, profile ?? '', webhook ?? ''];
    await run(this.redis, scripts.tell, [stateKey(id)], args);
  }
}

/** What a verification's record keeps, so that its approval counts for whom its send has counted. */
export const markOf = ({ prefix, country }: GuardRequest, { flags }: Admitted): string | undefined =>
  prefix === undefined ? undefined : `${prefix}.${country ?? ''}.${flags}`;

function triples(flat: readonly unknown[]): [string, number, number][] {
  const found: [string, number, number][] = [];
  for (let i = 0; i < flat.length; i += 3) found.push([String(flat[i]), Number(flat[i + 1]), Number(flat[i + 2])]);
  return found;
}

function toBlock(id: string, json: string): Block {
  const { label, rule, mode, value, threshold, since, until } = JSON.parse(json) as Block & { label: string };
  const kind = BLOCK_KINDS.find((one) => id === one || id.startsWith(`${one}-`)) ?? 'application';
  return { id, rule, kind, subject: label, mode, value, threshold, since, until };
}
