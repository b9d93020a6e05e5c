import { Inject, Injectable } from '@nestjs/common';
import type { GuardMode, LimitSubject } from '../guard/policy.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { NamedStore, type Named } from './named.store.js';

/** A limit that people make over the API. */
export interface StoredRule extends Named {
  readonly key: LimitSubject;
  readonly limit_key?: string;
  /** Like `5/10m`. */
  readonly limits: readonly string[];
  readonly mode: GuardMode;
  readonly status: 'active' | 'inactive';
}

/** Each start counts by all of them. */
const MOST_RULES = 30;

@Injectable()
export class RuleStore extends NamedStore<StoredRule> {
  constructor(@Inject(REDIS) redis: RedisClient) {
    super(redis, { name: 'rules', change: 'g', most: MOST_RULES });
  }
}
