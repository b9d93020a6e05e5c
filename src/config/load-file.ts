import { providers } from '../providers/registry.js';
import { ConfigError, type SettingError } from './config.errors.js';
import type { AccountConfig, ApplicationConfig, Config, DoorsConfig, WebhooksConfig } from './config.js';
import { AccountSchema, DoorsSchema, FileSchema, WebhooksSchema } from './file.schema.js';
import { freeze } from './freeze.js';
import { isRange } from './ip-range.js';
import { loadApplication } from './load-application.js';
import { loadPrices } from './load-prices.js';
import { loadRoutes } from './load-routes.js';
import { loadProfile } from './load-profile.js';
import { loadTemplate } from './load-template.js';
import { resolveSecrets } from './secrets.js';
import { checked } from './validate.js';

type Sections = Pick<
  Config,
  | 'accounts'
  | 'routes'
  | 'applications'
  | 'profiles'
  | 'templates'
  | 'trustedProxies'
  | 'webhooks'
  | 'doors'
  | 'currency'
  | 'sheds'
>;

const ACCOUNT_NAME = /^[\w-]{1,40}$/;

/** @throws ConfigError naming every wrong setting of the file */
export function loadFile(yaml: unknown, env: NodeJS.ProcessEnv): Sections {
  const errors: SettingError[] = [];
  const file = checked(FileSchema, resolveSecrets(yaml, env, errors), '', errors);
  if (!file) throw new ConfigError(errors.map((e) => ({ ...e, setting: e.setting || 'configuration file' })));

  const accounts = loadMap(file.accounts, (name, value) => loadAccount(name, value, errors));
  const routes = loadRoutes(file.routes, { accounts, declared: new Set(Object.keys(file.accounts)) }, errors);
  const applications = loadMap(file.applications, (name, value) => loadApplication(name, value, errors));
  refuseSharedTokens(applications, errors);
  const { currency } = file;
  refuseHalfPriced(accounts, applications, currency, errors);
  const templates = loadMap(file.templates, (name, value) => loadTemplate(name, value, applications, errors));
  const profiles = loadMap(file.profiles, (name, value) =>
    loadProfile(name, value, { accounts, routes, applications, templates }, errors),
  );
  if (!file.trusted_proxies.every(isRange)) {
    errors.push({ setting: 'trusted_proxies', message: 'must hold IP addresses or CIDR ranges' });
  }
  const webhooks = loadWebhooks(file.webhooks, errors);
  const doors = loadDoors(file.doors, errors);
  if (errors.length > 0) throw new ConfigError(errors);
  return {
    accounts,
    routes,
    applications,
    profiles,
    templates,
    webhooks,
    doors,
    currency,
    sheds: file.shedding === 'on' || file.shedding === true,
    trustedProxies: freeze(file.trusted_proxies),
  };
}

/** Loads each entry of a mapping; entries that are wrong have said so and are left out. */
function loadMap<T>(section: Record<string, unknown>, load: (name: string, value: unknown) => T | undefined) {
  const loaded = new Map<string, T>();
  for (const [name, value] of Object.entries(section)) {
    const item = load(name, value);
    if (item) loaded.set(name, freeze(item));
  }
  return loaded;
}

function loadAccount(name: string, value: unknown, errors: SettingError[]): AccountConfig | undefined {
  const path = `accounts.${name}`;
  if (!ACCOUNT_NAME.test(name)) {
    errors.push({ setting: path, message: 'a name has 1 to 40 letters, digits, - or _' });
  }
  const account = checked(AccountSchema, value, path, errors);
  if (!account) return undefined;
  const provider = providers.find(({ use }) => use === account.use);
  if (!provider) {
    const known = providers.map(({ use }) => use).join(', ');
    errors.push({ setting: `${path}.use`, message: `is not a provider; there are ${known}` });
    return undefined;
  }
  const settings = checked(provider.settings, account.settings, `${path}.settings`, errors);
  const able = (settings && provider.carries?.(settings)) ?? provider.channels;
  const foreign = account.channels?.filter((channel) => !able.includes(channel)) ?? [];
  if (foreign.length > 0) {
    const how = foreign.every((channel) => provider.channels.includes(channel)) ? ' with these settings' : '';
    errors.push({ setting: `${path}.channels`, message: `${provider.use} cannot carry ${foreign.join(', ')}${how}` });
  }
  if (!settings) return undefined;
  const channels = account.channels ?? able;
  return {
    name,
    provider,
    channels,
    settings,
    timeout: account.timeout * 1_000,
    concurrency: account.concurrency,
    prices: loadPrices(account.price, channels, `${path}.price`, errors),
  };
}

function loadWebhooks(value: object, errors: SettingError[]): WebhooksConfig {
  const { allow = [], allow_http = false } = checked(WebhooksSchema, value, 'webhooks', errors) ?? {};
  allow.forEach((range, i) => {
    if (!isRange(range))
      errors.push({ setting: `webhooks.allow.${i}`, message: 'must be an IP address or a CIDR range' });
  });
  return freeze({ allow, allowHttp: allow_http });
}

function loadDoors(value: object, errors: SettingError[]): DoorsConfig {
  const { qikberry = false, bics = false, geniq = false } = checked(DoorsSchema, value, 'doors', errors) ?? {};
  return freeze({ qikberry, bics, geniq });
}

/** What a ceiling does not count goes beyond it, and an amount without a currency says nothing. */
function refuseHalfPriced(
  accounts: ReadonlyMap<string, AccountConfig>,
  applications: ReadonlyMap<string, ApplicationConfig>,
  currency: string | undefined,
  errors: SettingError[],
): void {
  const limited = [...applications.values()].some(({ budget }) => budget !== undefined);
  for (const { name, provider, prices } of accounts.values()) {
    if (!limited || provider.test || prices) continue;
    const message = 'is needed, as an application has a budget; 0 says that it costs nothing';
    errors.push({ setting: `accounts.${name}.price`, message });
  }
  const priced = limited || [...accounts.values()].some(({ prices }) => prices !== undefined);
  if (priced && currency === undefined) {
    errors.push({ setting: 'currency', message: 'is needed beside prices and budgets, like EUR' });
  }
}

/** A token names its application: two keys with one token would make that a matter of luck. */
function refuseSharedTokens(applications: ReadonlyMap<string, ApplicationConfig>, errors: SettingError[]): void {
  const seen = new Map<string, string>();
  for (const { name, keys } of applications.values()) {
    for (const { id, token } of keys) {
      const other = seen.get(token);
      if (other) errors.push({ setting: `applications.${name}.keys.${id}`, message: `has the same token as ${other}` });
      seen.set(token, `${name}/${id}`);
    }
  }
}
