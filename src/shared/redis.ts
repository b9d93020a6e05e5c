import { Redis, type RedisOptions } from 'ioredis';

/** Injection token of the client that requests, workers and the clock share. */
export const REDIS = Symbol('redis');

/** How often we ask whether Redis is well, and how late the answer may be: together within P6's second. */
const PING_EVERY_MS = 200;
const HUNG_AFTER_MS = 600;

/** Quick at first, never slower than this: after an outage everything is well again within a second. */
const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500);

/** `unix:///path` or a redis URL. */
const address = (url: string): string => (url.startsWith('unix://') ? url.slice('unix://'.length) : url);

const connect = (url: string, options: RedisOptions): Redis => new Redis(address(url), options);

/**
 * Fails fast: without Redis an answer is `503`, never a wait. A command that fails may still have happened, which every
 * script allows for; none is sent again behind its caller's back.
 */
export function makeRedis(url: string, onError: (error: Error) => void, options: RedisOptions = {}): Redis {
  const redis = connect(url, {
    ...options,
    enableOfflineQueue: false,
    // What waits for an answer when the connection ends fails then.
    maxRetriesPerRequest: 0,
    // One that hangs does not say goodbye either.
    disconnectTimeout: 10,
    connectTimeout: 2_000,
    retryStrategy,
  });
  redis.on('error', onError);
  giveUpWhenHung(redis);
  return redis;
}

/**
 * For a subscription; whoever has it subscribes on every `ready`. ioredis' own way to do so leaves a failure unhandled,
 * and the process ends of it.
 */
export const makeSubscriber = (url: string, onError: (error: Error) => void): Redis =>
  makeRedis(url, onError, { autoResubscribe: false });

/**
 * A Redis that hangs keeps its connections and answers nothing. Then we leave: all that waits fails at once, and so does
 * all that comes until it answers a new connection. One watch for the connection instead of ioredis' time-out for each
 * command: that one costs a timer each, and takes a stall of our own event loop for one of Redis.
 */
function giveUpWhenHung(redis: Redis): void {
  let watching = false;
  const timer = setInterval(() => {
    if (watching || redis.status === 'end' || redis.status === 'reconnecting') return;
    watching = true;
    let answered = false;
    const asked = redis.status === 'ready' ? redis.ping() : untilReady(redis);
    asked.then(
      () => (answered = true),
      () => (answered = true),
    );
    setTimeout(() => {
      // After a stall of ours the answer may lie in the socket: the loop reads it before it comes here.
      setImmediate(() => {
        watching = false;
        if (!answered) redis.disconnect(true);
      });
    }, HUNG_AFTER_MS).unref();
  }, PING_EVERY_MS).unref();
  redis.on('end', () => {
    clearInterval(timer);
  });
}

/** A connection that was accepted but whose first question is not answered hangs as well. */
const untilReady = (redis: Redis): Promise<unknown> =>
  new Promise((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });

/** For BullMQ workers: their blocking call waits for ever by design, across outages. */
export function makeBlockingRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = connect(url, { maxRetriesPerRequest: null, connectTimeout: 2_000, retryStrategy });
  redis.on('error', onError);
  return redis;
}
