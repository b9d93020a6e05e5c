import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { CONFIG, type AccountConfig, type Config } from '../config/config.js';
import { Accounts } from '../providers/accounts.js';
import { Balances } from './balances.js';
import { RedisHealth } from './redis.health.js';

/** More than a load balancer asks for: what an operator looks at first. */
@Injectable()
export class DetailsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly balances: Balances,
    private readonly health: RedisHealth,
  ) {}

  async read() {
    const [redis, queue, accounts] = await Promise.all([
      this.health.answers('redis'),
      this.health.queueAnswers('queue'),
      Promise.all([...this.config.accounts.values()].map((account) => this.accountDetails(account))),
    ]);
    return { redis: stateIn(redis), queue: stateIn(queue), accounts };
  }

  private async accountDetails({ name, provider, channels }: AccountConfig) {
    const account = this.accounts.find(name);
    const reading = account && (await this.balances.of(account));
    const balance = reading?.balance;
    return {
      name,
      use: provider.use,
      channels,
      resting: account?.resting === true,
      balance: balance
        ? { amount: balance.amount, currency: balance.currency ?? null, at: new Date(reading.at).toISOString() }
        : null,
      balance_error: reading?.error ?? null,
    };
  }
}

const stateIn = (result: HealthIndicatorResult): string | undefined => Object.values(result)[0]?.status;
