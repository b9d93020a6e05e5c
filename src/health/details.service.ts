import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { CONFIG, type AccountConfig, type Config } from '../config/config.js';
import { LoopWatch } from '../overload/loop-watch.js';
import { Accounts } from '../providers/accounts.js';
import { Balances } from './balances.js';
import type { RedisFacts } from './redis-facts.js';
import { RedisHealth } from './redis.health.js';
import { RedisInspector } from './redis-inspector.js';

/** More than a load balancer asks for: what an operator looks at first. */
@Injectable()
export class DetailsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly balances: Balances,
    private readonly health: RedisHealth,
    private readonly inspector: RedisInspector,
    private readonly loop: LoopWatch,
  ) {}

  async read() {
    const [redis, queue, facts, ages, accounts] = await Promise.all([
      this.health.answers('redis'),
      this.health.queueAnswers('queue'),
      this.inspector.facts(),
      this.health.queueAges(),
      Promise.all([...this.config.accounts.values()].map((account) => this.accountDetails(account))),
    ]);
    return {
      redis: stateIn(redis),
      redis_server: facts ? serverDetails(facts) : null,
      queue: stateIn(queue),
      queue_age_seconds: secondsOf(ages && Math.max(0, ...ages.values())),
      event_loop_late_ms: Math.round(this.loop.leastOfLate()),
      accounts: accounts.map((account) => ({
        ...account,
        queue_age_seconds: secondsOf(ages?.get(account.name)),
      })),
    };
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

const serverDetails = (facts: RedisFacts) => ({
  version: facts.version ?? null,
  mode: facts.mode ?? null,
  role: facts.role ?? null,
  replicas: facts.replicas ?? null,
  append_only: facts.appendOnly ?? null,
  append_fsync: facts.fsync ?? null,
  eviction_policy: facts.evictionPolicy ?? null,
  used_memory: facts.usedMemory ?? null,
  max_memory: facts.maxMemory ?? null,
});

const secondsOf = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1_000);

const stateIn = (result: HealthIndicatorResult): string | undefined => Object.values(result)[0]?.status;
