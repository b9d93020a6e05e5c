import type { Config } from '../config/config.js';
import { NO_COUNTRY, type Micros } from '../config/money.js';
import type { Purchase } from '../store/ledger.store.js';

/**
 * What an application wants to spend, beside its ceilings; undefined when it has none, or nothing is spent. A country
 * that the budget does not name has the ceilings of `default`.
 */
export function purchaseOf(
  { applications }: Pick<Config, 'applications'>,
  application: string,
  country = NO_COUNTRY,
  amount: Micros | undefined,
): Purchase | undefined {
  const budget = applications.get(application)?.budget;
  if (!budget || amount === undefined || amount === 0) return undefined;
  const own = budget.countries[country] ?? budget.countries.default ?? {};
  return {
    application,
    country,
    amount,
    ceilings: {
      spend_per_hour: budget.hour,
      spend_per_day: budget.day,
      country_spend_per_hour: own.hour,
      country_spend_per_day: own.day,
    },
  };
}
