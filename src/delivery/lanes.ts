import type { Config } from '../config/config.js';
import { slotOf } from '../shared/redis/slot.js';
import { stateKey } from '../store/keys.js';

/** A queue of an account. */
export interface Lane {
  readonly account: string;
  readonly queue: string;
  /** The braces keep all of the queue's keys on one node of a Redis Cluster. */
  readonly prefix: string;
  /** How many of its jobs a process does at a time. */
  readonly concurrency: number;
}

/** Where the one queue of an account is, outside of a cluster. */
const SINGLE = '{pl:q}';

/** Each lies in the middle of one sixth of the slots: evenly spread over two, three or six primaries, and well over more. */
const CLUSTER_PREFIXES = ['{pl:q339}', '{pl:q309}', '{pl:q242}', '{pl:q653}', '{pl:q692}', '{pl:q369}'] as const;
const SLOTS = 16_384;

/**
 * Each account has queues of its own: a slow vendor's backlog is nobody else's. In a cluster it has several, which share
 * its concurrency, so that no node has all the work.
 */
export function lanesOf({ accounts, redis }: Pick<Config, 'accounts' | 'redis'>): Lane[] {
  return [...accounts.values()].flatMap(({ name, concurrency }) => {
    if (redis.mode !== 'cluster') return [{ account: name, queue: `deliver-${name}`, prefix: SINGLE, concurrency }];
    const count = Math.min(CLUSTER_PREFIXES.length, concurrency);
    return Array.from({ length: count }, (_, i) => ({
      account: name,
      // The number keeps names apart where prefixes are not looked at.
      queue: `deliver-${name}-${i}`,
      prefix: CLUSTER_PREFIXES[Math.floor(((i + 0.5) * CLUSTER_PREFIXES.length) / count)] as string,
      concurrency: Math.floor((concurrency + i) / count),
    }));
  });
}

/**
 * The lane of a verification: the one that lies where its own slot does, as far as slots are dealt out in order. Then a
 * primary that is away keeps nobody waiting who is on another one.
 */
export const laneOf = (id: string, lanes: number): number => Math.floor((slotOf(stateKey(id)) * lanes) / SLOTS);
