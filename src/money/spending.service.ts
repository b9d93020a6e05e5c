import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { fromMicros, type Budget, type Ceilings, type Micros } from '../config/money.js';
import { notFound } from '../shared/problem.js';
import { LedgerStore, type Spent } from '../store/ledger.store.js';

/** What an application has spent, and what its ceilings leave. */
@Injectable()
export class SpendingService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: LedgerStore,
  ) {}

  /** @throws Problem 404 for an application without a budget: what it spends is not counted */
  async read(application: string) {
    const budget = this.config.applications.get(application)?.budget;
    if (!budget) throw notFound('budget');
    const { hour, day } = await this.store.spent(application);
    return {
      currency: this.config.currency ?? null,
      hour: presentWindow(hour, budget, 'hour'),
      day: presentWindow(day, budget, 'day'),
    };
  }
}

function presentWindow({ endsAt, total, countries }: Spent, budget: Budget, window: keyof Ceilings) {
  const { default: others, ...named } = budget.countries;
  const names = [...new Set([...Object.keys(named), ...Object.keys(countries)])].sort();
  return {
    ends_at: new Date(endsAt).toISOString(),
    ...presentSum(total, budget[window]),
    countries: Object.fromEntries(
      names.map((name) => [name, presentSum(countries[name] ?? 0, (named[name] ?? others)?.[window])]),
    ),
  };
}

const presentSum = (spent: Micros, ceiling: Micros | undefined) => ({
  spent: fromMicros(spent),
  ceiling: ceiling === undefined ? null : fromMicros(ceiling),
  left: ceiling === undefined ? null : fromMicros(Math.max(ceiling - spent, 0)),
});
