import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import type { Micros } from '../config/money.js';
import type { OutgoingMessage } from '../providers/contract.js';
import { ProviderError } from '../providers/errors.js';
import { Metrics } from '../shared/metrics.js';
import { LOGGER } from '../shared/tokens.js';
import { CEILINGS, LedgerStore, type Purchase } from '../store/ledger.store.js';
import { costOf } from './prices.js';
import { purchaseOf } from './purchase.js';

/** Code of an attempt that a ceiling has stopped; also the reason in its event. */
export const BUDGET_EXHAUSTED = 'budget_exhausted';

/** One attempt's message and what it costs. */
export interface Bill {
  readonly attemptId: string;
  /** Undefined where no price is known. */
  readonly cost?: Micros;
  /** What is charged for it; only where the application has ceilings. */
  readonly purchase?: Purchase;
}

/**
 * The money side of sending. A message is charged before it leaves, so that ceilings hold whoever sends at a time; what
 * the vendor has refused for sure is given back. Whoever dies in between leaves it charged: a ceiling may be reached
 * early, never passed.
 */
@Injectable()
export class Ledger {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: LedgerStore,
    private readonly metrics: Metrics,
  ) {
    for (const limit of CEILINGS) metrics.budgetRefusals.inc({ at: 'send', limit }, 0);
  }

  bill(account: string, message: OutgoingMessage, country: string | undefined): Bill {
    const { attemptId, application } = message;
    const cost = costOf(this.config, account, message, country);
    return { attemptId, cost, purchase: purchaseOf(this.config, application, country, cost) };
  }

  /** Once for each attempt. @returns why it must not be sent, if so; @throws when Redis does not answer: nothing is sent */
  async charge({ attemptId, purchase }: Bill): Promise<ProviderError | undefined> {
    const refusal = purchase && (await this.store.charge(purchase, attemptId));
    if (!refusal) return undefined;
    this.metrics.budgetRefusals.inc({ at: 'send', limit: refusal.limit });
    return new ProviderError('quota', BUDGET_EXHAUSTED);
  }

  /** For what has not left for sure. Never fails: what is not given back is as if it had been sent. */
  async refund({ attemptId, purchase }: Bill): Promise<void> {
    if (!purchase) return;
    try {
      await this.store.refund(purchase.application, attemptId);
    } catch (error) {
      this.logger.warn({ attempt_id: attemptId, error: (error as Error).message }, 'not refunded');
    }
  }
}
