import { isSupportedCountry } from 'libphonenumber-js/max';
import { CHANNELS, type Channel } from '../providers/contract.js';
import type { SettingError } from './config.errors.js';
import { toMicros, type CountryPrices, type Micros, type Prices } from './money.js';
import { AMOUNT_HELP, isAmount } from './money.schema.js';
import { isMapping } from './validate.js';

export const COUNTRY_HELP = 'must be a country with phone numbers, like DE';

const isChannel = (name: string): boolean => (CHANNELS as readonly string[]).includes(name);

/**
 * An account's `price`: an amount; amounts by country with a `default`; or either of these by channel, for all channels
 * that the account carries. Undefined where the file says nothing: what a message costs is not known then.
 */
export function loadPrices(
  value: unknown,
  channels: readonly Channel[],
  path: string,
  errors: SettingError[],
): Prices | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value) || !Object.keys(value).some(isChannel)) {
    const prices = loadCountryPrices(value, path, errors);
    return Object.fromEntries(channels.map((channel) => [channel, prices]));
  }
  for (const name of Object.keys(value)) {
    if (channels.some((channel) => channel === name)) continue;
    errors.push({ setting: `${path}.${name}`, message: 'is not a channel of this account, as the others here are' });
  }
  return Object.fromEntries(
    channels.map((channel) => [channel, loadCountryPrices(value[channel], `${path}.${channel}`, errors)]),
  );
}

function loadCountryPrices(value: unknown, path: string, errors: SettingError[]): CountryPrices {
  if (!isMapping(value)) return { default: loadAmount(value, path, errors), countries: {} };
  const { default: standard, ...countries } = value;
  const loaded = Object.entries(countries).map(([country, amount]) => {
    const setting = `${path}.${country}`;
    if (!isSupportedCountry(country)) errors.push({ setting, message: COUNTRY_HELP });
    return [country, loadAmount(amount, setting, errors)] as const;
  });
  return { default: loadAmount(standard, `${path}.default`, errors), countries: Object.fromEntries(loaded) };
}

function loadAmount(value: unknown, setting: string, errors: SettingError[]): Micros {
  if (isAmount(value)) return toMicros(value);
  errors.push({ setting, message: value === undefined ? 'is needed; 0 says that it costs nothing' : AMOUNT_HELP });
  return 0;
}
