import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { CONFIG, type Config } from '../../config/config.js';
import { accountsFor } from '../../config/routing.js';
import { Balances } from '../../health/balances.js';
import { Accounts } from '../../providers/accounts.js';
import { Problem } from '../../shared/problem.js';

interface Money {
  readonly currency: string;
  readonly type: 'Prepaid' | 'Postpaid';
  readonly balance: number;
}

/** ISO 4217 for "no currency is involved". */
const NO_CURRENCY = 'XXX';

/** Nothing is paid here: what callers watch, lest their codes stay away, is the money at the vendor behind us. */
@Injectable()
export class BalanceService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly balances: Balances,
  ) {}

  /** Of the first account of the default SMS route whose vendor tells. @throws Problem 503 when it does not now */
  async of({ mode }: Caller): Promise<Money> {
    for (const name of accountsFor(this.config, 'sms', undefined, mode)) {
      const account = this.accounts.find(name);
      const reading = account && (await this.balances.of(account));
      if (reading?.error) throw noAnswer;
      if (reading?.balance) {
        const { amount, currency = NO_CURRENCY } = reading.balance;
        return { currency, type: 'Prepaid', balance: amount };
      }
    }
    return { currency: NO_CURRENCY, type: 'Postpaid', balance: 0 };
  }
}

const noAnswer = new Problem(503, 'unavailable', 'Temporarily unavailable', 'The vendor does not tell now.', {
  retryAfter: 60,
});
