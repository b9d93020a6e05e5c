import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Metrics } from '../shared/metrics.js';
import { Problem } from '../shared/problem.js';
import type { Facts } from '../store/facts.js';
import { CEILINGS, LedgerStore } from '../store/ledger.store.js';
import { BUDGET_EXHAUSTED } from './ledger.js';
import { cheapestOf } from './prices.js';
import { purchaseOf } from './purchase.js';

/** Tells a caller at once what could only fail later. The ceilings themselves are held by the charge before each send. */
@Injectable()
export class BudgetCheck {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: LedgerStore,
    private readonly metrics: Metrics,
  ) {
    for (const limit of CEILINGS) metrics.budgetRefusals.inc({ at: 'start', limit }, 0);
  }

  /**
   * A round trip only for applications with ceilings, and plans that must cost something.
   * @param answered true for a repeated call that has had its effect: it gets its first answer, whatever was spent since
   * @throws Problem 429 when not even the cheapest message of the plan can be paid
   */
  async admit(
    application: string,
    plan: Pick<Facts, 'steps' | 'country' | 'mode'>,
    answered?: () => Promise<boolean>,
  ): Promise<void> {
    const budget = this.config.applications.get(application)?.budget;
    const purchase = budget && purchaseOf(this.config, application, plan.country, cheapestOf(this.config, plan));
    const refusal = purchase && (await this.store.look(purchase));
    if (!refusal || (await answered?.())) return;
    const { limit } = refusal;
    this.metrics.budgetRefusals.inc({ at: 'start', limit });
    const retryAfter = Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000));
    const detail = `The ceiling ${limit} of this application is reached. Its next window opens in ${retryAfter} s.`;
    throw new Problem(429, BUDGET_EXHAUSTED, 'Budget used up', detail, { retryAfter, limit });
  }
}
