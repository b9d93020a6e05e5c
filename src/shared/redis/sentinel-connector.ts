import { SentinelConnector, type Redis, type RedisOptions, type SentinelConnectionOptions } from 'ioredis';

/** A method of ioredis' own, which it calls private. */
interface Connects {
  connectToSentinel(sentinel: unknown, options?: RedisOptions): Redis;
}

const ignore = (): undefined => undefined;

/**
 * ioredis' own, whose watch for failovers subscribes anew, after a connection to a sentinel was lost, without a look at
 * whether that fails: the process ended of a sentinel that answers late. And of a lost one it wrote stacks past our log.
 */
export class CarefulSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
    const connects = this as unknown as Connects;
    const connect = connects.connectToSentinel.bind(this);
    connects.connectToSentinel = (sentinel, settings) => {
      // Only those of the watch have settings of their own.
      if (!settings) return connect(sentinel);
      const client = connect(sentinel, { ...settings, autoResubscribe: false });
      // It connects again by itself, and other sentinels say the same.
      client.on('error', ignore);
      return client.on('ready', () => {
        // An answer that comes too late for ioredis still counts.
        client.subscribe('+switch-master').catch(ignore);
      });
    };
  }
}
