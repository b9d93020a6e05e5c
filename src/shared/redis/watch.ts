import type { Redis } from 'ioredis';

/** How often we ask whether Redis is well, and how late the answer may be: together within P6's second. */
const PING_EVERY_MS = 200;
const HUNG_AFTER_MS = 600;

/** There is no connection that could hang; a Sentinel is asked where to connect to, or a cluster's node is not in use. */
const AWAY = new Set(['wait', 'reconnecting', 'close', 'end']);

/**
 * A Redis that hangs keeps its connections and answers nothing. Then we leave: all that waits fails at once, and so does
 * all that comes until it answers a new connection. One watch for the connection instead of ioredis' time-out for each
 * command: that one costs a timer each, and takes a stall of our own event loop for one of Redis.
 */
export function giveUpWhenHung(redis: Redis): void {
  let watching = false;
  const look = (): void => {
    if (watching || AWAY.has(redis.status) || isAskingSentinels(redis)) return;
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
        if (!answered && !isAskingSentinels(redis)) redis.disconnect(true);
      });
    }, HUNG_AFTER_MS).unref();
  };
  let timer = setInterval(look, PING_EVERY_MS).unref();
  // ioredis has no word for a client that is left while it is not connected: this must not keep such a one for ever.
  redis.on('close', () => {
    clearInterval(timer);
  });
  redis.on('connecting', () => {
    clearInterval(timer);
    timer = setInterval(look, PING_EVERY_MS).unref();
  });
}

/** ioredis takes a disconnect at that time for the end of everything; its questions have a time-out of their own. */
const isAskingSentinels = (redis: Redis): boolean => redis.status === 'connecting' && Boolean(redis.options.sentinels);

/** A connection that was accepted but whose first question is not answered hangs as well. */
const untilReady = (redis: Redis): Promise<unknown> =>
  new Promise((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
