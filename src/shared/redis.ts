import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../config/redis-url.js';
import { makeCluster, makeClusterSubscriber } from './redis/cluster.js';
import { failFast, patient, type OnError } from './redis/options.js';
import { SentinelRedis, sentinelOptions } from './redis/sentinel.js';
import { slotOf } from './redis/slot.js';
import { makeBlockingOfSlot } from './redis/slot-connector.js';
import { giveUpWhenHung } from './redis/watch.js';
import { writeOnceATurn } from './redis/write-once-a-turn.js';

/** Injection token of the client that requests, workers and the clock share. */
export const REDIS = Symbol('redis');

/**
 * One server (perhaps the one that Sentinel has made primary), or a cluster. Keys of one call share a hash tag; what must
 * look at more is `nodes.ts`.
 */
export type RedisClient = Redis | Cluster;

/** `unix:///path` or a redis URL. */
const pathOrUrl = (url: string): string => (url.startsWith('unix://') ? url.slice('unix://'.length) : url);

/**
 * Fails fast: without Redis an answer is `503`, never a wait. A command that fails may still have happened, which every
 * script allows for; none is sent again behind its caller's back.
 */
export function makeRedis(address: RedisAddress, onError: OnError): RedisClient {
  return address.mode === 'cluster' ? makeCluster(address, onError) : makeWatched(address, onError);
}

/**
 * For a subscription; whoever has it subscribes on every `ready`. ioredis' own way to do so leaves a failure unhandled,
 * and the process ends of it.
 */
export function makeSubscriber(address: RedisAddress, onError: OnError): Redis {
  if (address.mode !== 'cluster') return makeWatched(address, onError, { autoResubscribe: false });
  return watched(makeClusterSubscriber(address), onError);
}

/**
 * For BullMQ workers: their blocking call waits for ever by design, across outages.
 * @param shared knows where a cluster's slots are; @param key any of the queue's
 */
export function makeBlockingRedis(address: RedisAddress, shared: RedisClient, key: string, onError: OnError): Redis {
  return makeBlocking(address, shared, key).on('error', onError);
}

function makeBlocking(address: RedisAddress, shared: RedisClient, key: string): Redis {
  if (address.mode === 'single') return new Redis(pathOrUrl(address.url), patient);
  if (address.mode === 'sentinel') return new Redis({ ...sentinelOptions(address), ...patient });
  if (!(shared instanceof Cluster)) throw new TypeError('the client of a cluster is another one');
  return makeBlockingOfSlot(shared, address, slotOf(key));
}

function makeWatched(
  address: Exclude<RedisAddress, { mode: 'cluster' }>,
  onError: OnError,
  options: RedisOptions = {},
): Redis {
  const all = { ...failFast, ...options };
  const redis =
    address.mode === 'single'
      ? new Redis(pathOrUrl(address.url), all)
      : new SentinelRedis({ ...sentinelOptions(address), ...all });
  return watched(redis, onError);
}

function watched(redis: Redis, onError: OnError): Redis {
  redis.on('error', onError);
  giveUpWhenHung(redis);
  writeOnceATurn(redis);
  return redis;
}
