import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../../config/redis-url.js';
import { retryStrategy } from './options.js';
import { CarefulSentinelConnector } from './sentinel-connector.js';

/** A sentinel that does not answer is left for the next one. */
const SENTINEL_ANSWERS_WITHIN_MS = 500;
const RECONNECT_SENTINEL_MS = 1_000;
const REVIVE_AFTER_MS = 50;

export function sentinelOptions(address: Extract<RedisAddress, { mode: 'sentinel' }>) {
  const { nodes, name, username, password, db, sentinelUsername, sentinelPassword, tls } = address;
  return {
    sentinels: [...nodes],
    name,
    username,
    password,
    db,
    sentinelUsername,
    sentinelPassword,
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: SENTINEL_ANSWERS_WITHIN_MS,
  } satisfies RedisOptions;
}

/**
 * Leaves a primary as soon as a sentinel says that there is another one (`+switch-master`): one that is cut off from the
 * others still answers us.
 */
export class SentinelRedis extends Redis {
  private left = false;

  constructor(options: Omit<RedisOptions, 'replyMapping'>) {
    super({
      ...options,
      Connector: CarefulSentinelConnector,
      failoverDetector: true,
      sentinelReconnectStrategy: () => RECONNECT_SENTINEL_MS,
    });
    // ioredis gives up for ever when that word comes while it asks where the primary is.
    this.on('end', () => {
      setTimeout(() => {
        if (!this.left) this.connect().catch(() => undefined);
      }, REVIVE_AFTER_MS).unref();
    });
  }

  override disconnect(reconnect = false): void {
    this.left ||= !reconnect;
    super.disconnect(reconnect);
  }
}
