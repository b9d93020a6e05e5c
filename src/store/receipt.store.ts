import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';

const scripts = { link: loadScript('link'), park: loadScript('park') };

/** A receipt is early by the time that a vendor's answer takes; what is parked longer belongs to nothing. */
const PARKED_LIFE_MS = 600_000;
const PARKED_PER_MESSAGE = 10;

/**
 * Finds attempts by the vendor's message id. These keys have a hash tag of their own: a receipt tells no shard, and
 * whoever comes second (the link or the receipt) finds what the first has left.
 */
@Injectable()
export class ReceiptStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** @returns receipts that came before */
  async link(account: string, messageId: string, attemptId: string, lifeMs: number): Promise<string[]> {
    return (await run(this.redis, scripts.link, keysOf(account, messageId), [attemptId, lifeMs])) as string[];
  }

  /** @returns the attempt, or undefined when there is none (yet): then `receipt` is kept for a while */
  async findOrPark(account: string, messageId: string, receipt: string): Promise<string | undefined> {
    const args = [receipt, PARKED_LIFE_MS, PARKED_PER_MESSAGE];
    return ((await run(this.redis, scripts.park, keysOf(account, messageId), args)) as string) || undefined;
  }

  /** Takes the link and what is parked away. */
  async forget(account: string, messageId: string): Promise<void> {
    await this.redis.del(...keysOf(account, messageId));
  }
}

function keysOf(account: string, messageId: string): string[] {
  const hash = createHash('sha256').update(`${account}\n${messageId}`).digest('base64url').slice(0, 22);
  return [`pl:{m${hash}}:a`, `pl:{m${hash}}:parked`];
}
