import type { Redis } from 'ioredis';

/** How often we ask whether Redis is well, and how late the answer may be: together well within P6's second. */
const ASK_EVERY_MS = 100;
const HUNG_AFTER_MS = 600;

/** There is no connection that could hang; a Sentinel is asked where to connect to, or a cluster's node is not in use. */
const AWAY = new Set(['wait', 'reconnecting', 'close', 'end']);

/**
 * A Redis that hangs keeps its connections and answers nothing. Then we leave: all that waits fails at once, and so does
 * all that comes until it answers a new connection. One watch for the connection instead of ioredis' time-out for each
 * command: that one costs a timer each, and takes a stall of our own event loop for one of Redis.
 */
export function giveUpWhenHung(redis: Redis): void {
  let asking = false;
  const look = (): void => {
    if (asking || AWAY.has(redis.status) || isAskingSentinels(redis)) return;
    asking = true;
    let answered = false;
    const leaveUnlessAnswered = (): void => {
      if (answered) return;
      asking = false;
      if (!isAskingSentinels(redis)) redis.disconnect(true);
    };
    // After a stall of ours the answer may lie in the socket: the loop reads it before it comes to this.
    const patience = setTimeout(() => setImmediate(leaveUnlessAnswered), HUNG_AFTER_MS).unref();
    const heard = (): void => {
      answered = true;
      asking = false;
      clearTimeout(patience);
    };
    ask(redis).then(heard, heard);
  };
  let timer = setInterval(look, ASK_EVERY_MS).unref();
  // ioredis has no word for a client that is left while it is not connected: this must not keep such a one for ever.
  const rest = (): void => {
    clearInterval(timer);
  };
  // One that is left before it has a connection has an end without a close.
  redis.on('close', rest).on('end', rest);
  redis.on('connecting', () => {
    clearInterval(timer);
    timer = setInterval(look, ASK_EVERY_MS).unref();
  });
}

/** ioredis takes a disconnect at that time for the end of everything; its questions have a time-out of their own. */
const isAskingSentinels = (redis: Redis): boolean => redis.status === 'connecting' && Boolean(redis.options.sentinels);

/** Until it is ready ioredis lets only the commands of its own handshake through; a Redis that loads its file answers them. */
function ask(redis: Redis): Promise<unknown> {
  if (redis.status === 'ready') return redis.ping();
  if (redis.status === 'connect') return redis.info('server');
  return untilConnected(redis);
}

/** A connection that nobody accepts hangs as well. */
const untilConnected = (redis: Redis): Promise<unknown> =>
  new Promise((resolve) => {
    const done = (): void => {
      redis.off('connect', done).off('close', done);
      resolve(undefined);
    };
    redis.on('connect', done).on('close', done);
  });
