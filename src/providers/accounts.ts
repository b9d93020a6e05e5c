import { EventEmitter } from 'node:events';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { REDIS } from '../shared/redis.js';
import { KEYRING } from '../shared/tokens.js';
import { Account } from './account.js';
import type { Receipt } from './contract.js';

/** The running accounts, one provider instance each. */
@Injectable()
export class Accounts implements OnApplicationShutdown {
  private readonly accounts: ReadonlyMap<string, Account>;
  private readonly received = new EventEmitter<{ receipt: [account: string, receipt: Receipt] }>();

  constructor(@Inject(CONFIG) config: Config, @Inject(REDIS) redis: Redis, @Inject(KEYRING) keyring: Keyring) {
    this.accounts = new Map(
      [...config.accounts.values()].map(({ name, provider, settings, timeout }) => {
        const receive = (receipt: Receipt) => void this.received.emit('receipt', name, receipt);
        return [
          name,
          new Account(name, provider.create(settings, { account: name, redis, keyring, receive }), timeout),
        ];
      }),
    );
  }

  /** Undefined for an account that the configuration does not have (any more). */
  find(name: string): Account | undefined {
    return this.accounts.get(name);
  }

  all(): Account[] {
    return [...this.accounts.values()];
  }

  /** Hears of receipts that do not come over HTTP. */
  onReceipt(listener: (account: string, receipt: Receipt) => void): void {
    this.received.on('receipt', listener);
  }

  async onApplicationShutdown(): Promise<void> {
    for (const { provider } of this.all()) await provider.close?.();
  }
}
