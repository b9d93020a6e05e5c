import { isSupportedCountry } from 'libphonenumber-js/max';
import type { SettingError } from './config.errors.js';
import { COUNTRY_HELP } from './load-prices.js';
import { toMicros, type Budget, type Ceilings } from './money.js';
import { BudgetSchema, CeilingsSchema } from './money.schema.js';
import { checked } from './validate.js';

/** An application's `budget`; undefined where there is none, so nothing is counted. */
export function loadBudget(value: unknown, path: string, errors: SettingError[]): Budget | undefined {
  if (value === undefined) return undefined;
  const budget = checked(BudgetSchema, value, path, errors);
  if (!budget) return undefined;
  const countries = Object.entries(budget.countries).map(([country, ceilings]) => {
    const setting = `${path}.countries.${country}`;
    if (country !== 'default' && !isSupportedCountry(country)) errors.push({ setting, message: COUNTRY_HELP });
    return [country, toCeilings(checked(CeilingsSchema, ceilings, setting, errors) ?? {})] as const;
  });
  const loaded = { ...toCeilings(budget), countries: Object.fromEntries(countries) };
  if (![loaded, ...Object.values(loaded.countries)].some(isCeiling)) {
    errors.push({ setting: path, message: 'has no ceiling; leave it out where there is to be none' });
  }
  return loaded;
}

const toCeilings = ({ hour, day }: CeilingsSchema): Ceilings => ({
  hour: hour === undefined ? undefined : toMicros(hour),
  day: day === undefined ? undefined : toMicros(day),
});

const isCeiling = ({ hour, day }: Ceilings): boolean => hour !== undefined || day !== undefined;
