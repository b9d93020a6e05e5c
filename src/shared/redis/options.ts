import type { RedisOptions } from 'ioredis';

export type OnError = (error: Error) => void;

/** Quick at first, never slower than this: after an outage everything is well again within a second. */
export const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500);

/**
 * A primary that was made a replica under us refuses to write: connect to where its name leads now, or ask the sentinels
 * again. What was refused is not sent again.
 */
const reconnectOnError = ({ message }: Error): boolean => message.startsWith('READONLY');

const CONNECT_WITHIN_MS = 2_000;

/** How often a Redis that loads its file is asked whether it is done: ioredis believes its guess, up to ten seconds. */
const LOADED_EVERY_MS = 100;

/** Of connections that requests use. */
export const failFast = {
  enableOfflineQueue: false,
  // What waits for an answer when the connection ends fails then.
  maxRetriesPerRequest: 0,
  // One that hangs does not say goodbye either.
  disconnectTimeout: 10,
  connectTimeout: CONNECT_WITHIN_MS,
  maxLoadingRetryTime: LOADED_EVERY_MS,
  retryStrategy,
  reconnectOnError,
} satisfies RedisOptions;

/** How long a worker's connection asks Redis to hold back an empty answer. */
export const BLOCK_SECONDS = 1;

/** Of connections that wait for Redis, however long it is away. */
export const patient = {
  maxRetriesPerRequest: null,
  connectTimeout: CONNECT_WITHIN_MS,
  maxLoadingRetryTime: LOADED_EVERY_MS,
  retryStrategy,
  reconnectOnError,
  // They must not wait for a Redis that hangs, or whose host is gone without a word, while another has its name. One that
  // blocks cannot be asked whether it is well; but it always hears something within its blocking time.
  socketTimeout: (BLOCK_SECONDS + 1.5) * 1_000,
} satisfies RedisOptions;
