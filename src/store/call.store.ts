import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { answersKey, factsKey } from './keys.js';
import { loadScript, run } from './script.js';

const scripts = {
  claim: loadScript('claim_call'),
  keep: loadScript('keep_answer'),
  keepAside: loadScript('keep_aside'),
  release: loadScript('release_call'),
};

const HOUR_MS = 3_600_000;
/** From the answer on (design §3). */
const ANSWER_LIFE_MS = 24 * HOUR_MS;
/** Longer than what the scripts remember of an effect: as long as that is there, another body is refused. */
const CALL_LIFE_MS = 25 * HOUR_MS;
/** Longer than any request of ours takes. Whoever is silent for so long has died, and the call may be made again. */
const LEASE_MS = 10_000;

export type Claimed =
  | { readonly kind: 'run'; readonly run: number }
  /** Sealed. */
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'running' | 'reused' };

/**
 * Calls with an Idempotency-Key: whether one is new, under way or answered. Each has a slot of its own, so that the same
 * key with another body meets it, wherever that body's effect would be.
 */
@Injectable()
export class CallStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** @param print of everything that a repetition must have in common with the first call */
  async claim(name: string, print: string): Promise<Claimed> {
    const answer = await run(this.redis, scripts.claim, [callKey(name)], [print, LEASE_MS, CALL_LIFE_MS]);
    const [kind, value] = answer as [Claimed['kind'], (number | string)?];
    if (kind === 'run') return { kind, run: Number(value) };
    if (kind === 'answered') return { kind, answer: String(value) };
    return { kind };
  }

  /** Whether there is anything to tell of it. */
  async isKnown(name: string): Promise<boolean> {
    return (await this.redis.exists(callKey(name))) === 1;
  }

  async keep(name: string, sealed: string): Promise<void> {
    await run(this.redis, scripts.keep, [callKey(name)], [sealed, ANSWER_LIFE_MS]);
  }

  /** Keeps what an answer tells of a person as long as the verification's facts, and no longer. */
  async keepAside(verification: string, name: string, sealed: string): Promise<void> {
    const keys = [factsKey(verification), answersKey(verification)];
    await run(this.redis, scripts.keepAside, keys, [name, sealed, ANSWER_LIFE_MS]);
  }

  /** Undefined when it has gone. */
  async aside(verification: string, name: string): Promise<string | undefined> {
    return (await this.redis.hget(answersKey(verification), name)) ?? undefined;
  }

  /** @param refused without an effect, for sure */
  async release(name: string, which: number, refused: boolean): Promise<void> {
    await run(this.redis, scripts.release, [callKey(name)], [which, refused ? 1 : 0]);
  }
}

const callKey = (name: string): string => `pl:{i:${name}}`;
