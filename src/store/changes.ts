import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { makeSubscriber } from '../shared/redis.js';
import { LOGGER } from '../shared/tokens.js';

/**
 * Scripts say here what has changed (scripts/_changes.lua), so that all processes forget what they know of it:
 * `a:<application>` an application, `k:<key>` a key; `p:`, `t:`, `g:` and the application: its profiles, its templates, what
 * was said about its guard.
 */
export const changesChannel = 'pl:changes';

/** Who keeps in memory what others may change. */
interface Listener {
  changed(what: string): void;
  /** Whatever is known may have become untrue. */
  lost(): void;
}

/** The changes that other processes make. One connection for all who listen. */
@Injectable()
export class Changes implements OnApplicationShutdown {
  private readonly subscriber: Redis;
  private readonly listeners: Listener[] = [];
  private listening = false;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.subscriber = makeSubscriber(config.redis, (error) => {
      logger.warn({ error: error.message }, 'redis, changes');
    });
    this.subscriber.on('ready', () => void this.subscribe());
    this.subscriber.on('close', () => {
      this.listening = false;
      for (const listener of this.listeners) listener.lost();
    });
    this.subscriber.on('message', (_channel, what) => {
      for (const listener of this.listeners) listener.changed(what);
    });
  }

  /** Whether a change would be heard. What is read while it would not must not be kept. */
  get heard(): boolean {
    return this.listening;
  }

  tell(listener: Listener): void {
    this.listeners.push(listener);
  }

  onApplicationShutdown(): void {
    this.subscriber.disconnect();
  }

  private async subscribe(): Promise<void> {
    try {
      await this.subscriber.subscribe(changesChannel);
      this.listening = true;
    } catch (error) {
      this.logger.warn({ error: (error as Error).message }, 'changes cannot be heard; each use asks Redis');
    }
  }
}
