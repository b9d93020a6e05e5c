import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DeliveryQueue } from '../delivery/delivery.queue.js';
import { Accounts } from '../providers/accounts.js';
import { Metrics } from '../shared/metrics.js';
import { LedgerStore } from '../store/ledger.store.js';
import { RedisInspector } from './redis-inspector.js';

/** Prometheus is answered without what Redis does not tell by then; BullMQ would wait for ever. */
const WITHIN_MS = 600;

/** Looks when Prometheus asks: what is now, and not what has happened. */
@Injectable()
export class Gauges {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly queue: DeliveryQueue,
    private readonly ledger: LedgerStore,
    private readonly inspector: RedisInspector,
    private readonly metrics: Metrics,
  ) {}

  async refresh(): Promise<void> {
    const { resting, queueLength, queueAge, budgetUsed, redisMemory } = this.metrics;
    for (const account of this.accounts.all()) resting.set({ account: account.name }, account.resting ? 1 : 0);
    // What is not known now must not look as if it had stayed as it was.
    for (const gauge of [queueLength, queueAge, budgetUsed, redisMemory]) gauge.reset();
    const late = sleep(WITHIN_MS, undefined, { ref: false });
    await Promise.race([Promise.allSettled([this.readQueues(), this.readBudgets(), this.readMemory()]), late]);
  }

  private async readQueues(): Promise<void> {
    for (const { account, waiting, ageMs } of await this.queue.backlogs()) {
      this.metrics.queueLength.set({ account }, waiting);
      this.metrics.queueAge.set({ account }, ageMs / 1_000);
    }
  }

  private async readMemory(): Promise<void> {
    const { usedMemory, maxMemory } = (await this.inspector.fullest()) ?? {};
    if (usedMemory !== undefined) this.metrics.redisMemory.set({ kind: 'used' }, usedMemory);
    if (maxMemory) this.metrics.redisMemory.set({ kind: 'limit' }, maxMemory);
  }

  private async readBudgets(): Promise<void> {
    for (const { name, budget } of this.config.applications.values()) {
      if (!budget) continue;
      const spent = await this.ledger.spent(name);
      for (const window of ['hour', 'day'] as const) {
        const ceiling = budget[window];
        if (ceiling) this.metrics.budgetUsed.set({ application: name, window }, spent[window].total / ceiling);
      }
    }
  }
}
