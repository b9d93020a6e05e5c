import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { KEYRING } from '../shared/tokens.js';
import { Account } from './account.js';
import type { Receipt } from './contract.js';

type ReceiptTaker = (account: string, receipt: Receipt) => Promise<void>;

/** The running accounts, one provider instance each. */
@Injectable()
export class Accounts implements OnApplicationShutdown {
  private readonly accounts: ReadonlyMap<string, Account>;
  private taker?: ReceiptTaker;

  constructor(@Inject(CONFIG) config: Config, @Inject(REDIS) redis: RedisClient, @Inject(KEYRING) keyring: Keyring) {
    this.accounts = new Map(
      [...config.accounts.values()].map(({ name, provider, settings, timeout, concurrency }) => {
        const receive = (receipt: Receipt) => this.receive(name, receipt);
        const context = { account: name, concurrency, redis, keyring, receive };
        return [name, new Account(name, provider.create(settings, context), timeout)];
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

  /** Whoever takes the receipts that do not come over HTTP. */
  onReceipt(taker: ReceiptTaker): void {
    this.taker = taker;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.all().map(async ({ provider }) => {
        await provider.close?.();
      }),
    );
  }

  private async receive(account: string, receipt: Receipt): Promise<void> {
    if (!this.taker) throw new Error('nobody takes receipts yet');
    await this.taker(account, receipt);
  }
}
