import type { Redis } from 'ioredis';

/**
 * All commands of a turn of the event loop leave in one write at its end, and reach Redis as one lot: each write costs a
 * call of the kernel here and one there and, where both share a core, two changes of who runs.
 */
export function writeOnceATurn(redis: Redis): void {
  redis.on('connect', () => {
    const { stream } = redis;
    const write = stream.write.bind(stream);
    const flush = (): void => {
      stream.uncork();
    };
    const writeLater = (...args: Parameters<typeof write>): boolean => {
      if (stream.writableCorked === 0) {
        stream.cork();
        setImmediate(flush);
      }
      return write(...args);
    };
    stream.write = writeLater as typeof write;
  });
}
