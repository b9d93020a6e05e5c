import { isSupportedCountry } from 'libphonenumber-js/max';
import { CHANNELS, type Channel } from '../providers/contract.js';
import type { SettingError } from './config.errors.js';
import type { AccountConfig, AccountList, RouteConfig } from './config.js';
import { RouteSchema } from './file.schema.js';
import { freeze } from './freeze.js';
import { COUNTRY_HELP } from './load-prices.js';
import { checked, isMapping } from './validate.js';

/** What routes may name: accounts that are right, and those that are declared but wrong (and have said so). */
interface Known {
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly declared: ReadonlySet<string>;
}

export function loadRoutes(
  section: Record<string, unknown>,
  known: Known,
  errors: SettingError[],
): Map<Channel, RouteConfig> {
  const routes = new Map<Channel, RouteConfig>();
  for (const [channel, value] of Object.entries(section)) {
    const path = `routes.${channel}`;
    if (!isChannel(channel)) {
      errors.push({ setting: path, message: `is not a channel; there are ${CHANNELS.join(', ')}` });
      continue;
    }
    const route = checked(RouteSchema, value, path, errors);
    if (!route) continue;
    const countries = Object.entries(route.countries).map(([country, list]) => {
      const at = `${path}.countries.${country}`;
      if (!isSupportedCountry(country)) errors.push({ setting: at, message: COUNTRY_HELP });
      return [country, loadList(list, channel, known, at, errors)] as const;
    });
    const standard = loadList(route.default, channel, known, `${path}.default`, errors);
    routes.set(channel, freeze({ default: standard, countries: Object.fromEntries(countries) }));
  }
  return routes;
}

const isChannel = (name: string): name is Channel => (CHANNELS as readonly string[]).includes(name);

/** `[a, b]`, or `{ a: 80, b: 20 }`. */
function loadList(
  value: unknown,
  channel: Channel,
  known: Known,
  setting: string,
  errors: SettingError[],
): AccountList {
  const list: { account: string; weight?: number }[] | undefined = Array.isArray(value)
    ? value.map((account: unknown) => ({ account: String(account) }))
    : isMapping(value)
      ? Object.entries(value).map(([account, weight]) => ({ account, weight: Number(weight) }))
      : undefined;
  if (!list) {
    errors.push({ setting, message: 'must be a list of accounts, or a split like { a: 80, b: 20 }' });
    return [];
  }
  for (const entry of list) {
    const message = wrongAccount(entry.account, channel, known);
    if (message) errors.push({ setting, message });
    if (entry.weight !== undefined && !(entry.weight >= 0)) {
      errors.push({ setting: `${setting}.${entry.account}`, message: 'must be a number of at least 0' });
    }
  }
  return list;
}

function wrongAccount(name: string, channel: Channel, { accounts, declared }: Known): string | undefined {
  if (!declared.has(name)) return `names the account ${name}, which accounts does not have`;
  const account = accounts.get(name);
  return account && !account.channels.includes(channel) ? `the account ${name} does not carry ${channel}` : undefined;
}
