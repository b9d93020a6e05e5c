import { describe, expect, it } from '@jest/globals';
import { providers } from '../providers/registry.js';
import { ConfigError } from './config.errors.js';
import { FileSchema } from './file.schema.js';
import { loadFile } from './load-file.js';

/** A value that no message may repeat. */
const HUSH = 'hush-0f3a9c';

const KEY = { id: 'shop-1', token: 'a-token-of-the-shop', mode: 'live', scopes: ['verifications'] };
const HTTP = { url: 'http://10.0.0.9/send', body: { to: '{{to}}' } };

/** A whole file in which nothing is wrong. */
const file = () => ({
  accounts: {
    gateway: { use: 'http', channels: ['sms', 'voice'], settings: { ...HTTP } },
    sandbox: { use: 'sandbox' },
  },
  routes: { sms: { default: ['gateway', 'sandbox'], countries: { SG: ['gateway'] } }, voice: { default: ['gateway'] } },
  applications: { shop: { keys: [{ ...KEY }] } },
  profiles: { 'shop/login': { channels: [{ channel: 'sms' }] } },
});

type File = Record<string, unknown>;
type Change = (valid: ReturnType<typeof file>) => File;

/** What is wrong with a file, one line each; nothing when it is accepted. */
function faults(yaml: unknown, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    loadFile(yaml, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.errors.map(({ setting, message }) => `${setting}: ${message}`);
  }
}

const account =
  (change: File): Change =>
  (valid) => ({
    ...valid,
    accounts: { ...valid.accounts, gateway: { ...valid.accounts.gateway, ...change } },
  });
const settings = (change: File): Change => account({ settings: { ...HTTP, ...change } });
/** An account whose settings speak of SMS alone. */
const bics = (channels?: string[]): Change =>
  account({ use: 'bics', channels, settings: { token: HUSH, sms: { sender: 'Shop', service: 'ENT' } } });
const routes =
  (change: File): Change =>
  (valid) => ({ ...valid, routes: { ...valid.routes, ...change } });
const key =
  (change: File): Change =>
  (valid) => ({ ...valid, applications: { shop: { keys: [{ ...KEY, ...change }] } } });

describe('loadFile', () => {
  it('takes a file in which nothing is wrong', () => {
    const { accounts, routes, applications, profiles, doors } = loadFile(file(), {});
    expect(accounts.get('gateway')).toMatchObject({ name: 'gateway', channels: ['sms', 'voice'], timeout: 5_000 });
    expect(accounts.get('sandbox')?.channels).toContain('email');
    expect(routes.get('sms')).toEqual({
      default: [{ account: 'gateway' }, { account: 'sandbox' }],
      countries: { SG: [{ account: 'gateway' }] },
    });
    expect(applications.get('shop')?.keys).toEqual([{ ...KEY, application: 'shop' }]);
    expect(profiles.get('shop/login')?.channels).toMatchObject([{ channel: 'sms', wait: 30, confirm_on: 'delivered' }]);
    expect(doors).toEqual({ qikberry: false, bics: false, geniq: false });
  });

  it('takes a file in which nothing is', () => {
    expect(faults({})).toEqual([]);
  });

  it.each(Object.keys(new FileSchema()))('takes a file whose %s is a key without a value', (section) => {
    expect(loadFile({ [section]: null }, {})).toEqual(loadFile({}, {}));
  });

  it('takes a key without a value for one that is left out, wherever it stands', () => {
    const bare = (...keys: string[]): object => Object.fromEntries(keys.map((key) => [key, null]));
    const sections = {
      accounts: {
        gateway: { ...file().accounts.gateway, ...bare('timeout', 'concurrency') },
        sandbox: { use: 'sandbox', ...bare('channels', 'settings') },
      },
      routes: { sms: { default: ['gateway'], countries: null }, voice: { default: null } },
      applications: {
        shop: {
          keys: [{ ...KEY, ...bare('scopes', 'ip_ranges', 'expires_at') }],
          ...bare('limits', 'country', 'retention'),
          guard: bare('rules', 'pumping', 'line_types', 'countries'),
          texts: bare('allow_urls'),
        },
        other: { ...bare('keys', 'guard', 'texts'), retention: bare('number', 'record') },
      },
      profiles: {
        'shop/login': {
          channels: [
            { channel: 'sms', ...bare('from', 'template', 'wait', 'order', 'confirm_on', 'locale', 'validity') },
          ],
          defaults: bare('code_length', 'alphabet', 'ttl', 'max_checks', 'locale', 'template', 'resend'),
        },
      },
      webhooks: bare('allow', 'allow_http'),
      doors: bare('geniq'),
    };
    const without = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, one: unknown) => (one === null ? undefined : one));
    expect(loadFile(sections, {})).toEqual(loadFile(without(sections), {}));
  });

  it('opens the doors that are named, and no others', () => {
    const { doors } = loadFile({ ...file(), doors: { bics: true, geniq: false } }, {});
    expect(doors).toEqual({ qikberry: false, bics: true, geniq: false });
  });

  it.each<[string, Change]>([
    [HUSH, (valid) => ({ ...valid, [HUSH]: 1 })],
    [`accounts.gateway.${HUSH}`, account({ [HUSH]: 1 })],
    [`accounts.gateway.settings.${HUSH}`, settings({ [HUSH]: 1 })],
    [`accounts.gateway.settings.success.${HUSH}`, settings({ success: { path: 'ok', [HUSH]: 1 } })],
    [
      `accounts.sandbox.settings.${HUSH}`,
      (valid) => ({
        ...valid,
        accounts: { ...valid.accounts, sandbox: { use: 'sandbox', settings: { [HUSH]: 1 } } },
      }),
    ],
    [`doors.${HUSH}`, (valid) => ({ ...valid, doors: { [HUSH]: true } })],
    [`routes.sms.${HUSH}`, routes({ sms: { default: ['gateway'], [HUSH]: 1 } })],
    [`applications.shop.${HUSH}`, (valid) => ({ ...valid, applications: { shop: { [HUSH]: 1 } }, profiles: {} })],
    [`applications.shop.keys.0.${HUSH}`, key({ [HUSH]: 1 })],
    [
      `applications.shop.limits.${HUSH}`,
      (valid) => ({
        ...valid,
        applications: { shop: { keys: [KEY], limits: { [HUSH]: 1 } } },
      }),
    ],
    [
      `profiles.shop/login.${HUSH}`,
      (valid) => ({
        ...valid,
        profiles: { 'shop/login': { channels: [{ channel: 'sms' }], [HUSH]: 1 } },
      }),
    ],
    [
      `profiles.shop/login.channels.0.${HUSH}`,
      (valid) => ({
        ...valid,
        profiles: { 'shop/login': { channels: [{ channel: 'sms', [HUSH]: 1 }] } },
      }),
    ],
    [
      `profiles.shop/login.defaults.${HUSH}`,
      (valid) => ({
        ...valid,
        profiles: { 'shop/login': { channels: [{ channel: 'sms' }], defaults: { [HUSH]: 1 } } },
      }),
    ],
    [`webhooks.${HUSH}`, (valid) => ({ ...valid, webhooks: { [HUSH]: 1 } })],
  ])('refuses the unknown setting %s', (setting, change) => {
    expect(faults(change(file()))).toContain(`${setting}: is not a known setting`);
  });

  it.each<[string, Change, RegExp]>([
    ['accounts', (valid) => ({ ...valid, accounts: [HUSH] }), /must be an object/],
    ['accounts.gateway', (valid) => ({ ...valid, accounts: { gateway: HUSH } }), /must be a mapping/],
    ['accounts.gateway.use', account({ use: HUSH }), /is not a provider; there are .*http/],
    ['accounts.gateway.use', account({ use: undefined }), /must be a string/],
    ['accounts.gateway.channels', account({ channels: [HUSH] }), /must be one of/],
    ['accounts.gateway.channels', account({ channels: [] }), /should not be empty/],
    ['accounts.gateway.channels', bics(['rcs']), /bics cannot carry rcs$/],
    ['accounts.gateway.channels', bics(['sms', 'viber']), /bics cannot carry viber with these settings$/],
    ['routes.voice.default', bics(undefined), /the account gateway does not carry voice$/],
    ['accounts.gateway.timeout', account({ timeout: 0.05 }), /must not be less than 0.1/],
    ['accounts.gateway.timeout', account({ timeout: 61 }), /must not be greater than 60/],
    ['accounts.gateway.timeout', account({ timeout: HUSH }), /must be a number/],
    ['accounts.gateway.settings', account({ settings: HUSH }), /must be/],
    ['accounts.gateway.settings.url', settings({ url: `ftp://${HUSH}` }), /must start with http/],
    ['accounts.gateway.settings.url', settings({ url: undefined }), /must start with http/],
    ['accounts.gateway.settings.body', settings({ body: { text: `${HUSH} {{txt}}` } }), /knows no placeholder txt/],
    ['accounts.gateway.settings.method', settings({ method: HUSH }), /must be one of/],
    ['accounts.gateway.settings.format', settings({ format: HUSH }), /must be one of/],
    ['accounts.gateway.settings.idPath', settings({ idPath: `${HUSH}..` }), /must be a path/],
    ['accounts.gateway.settings.failure.path', settings({ failure: { path: '' } }), /must be a path/],
    ['routes.fax', routes({ fax: { default: ['gateway'] } }), /is not a channel; there are sms/],
    ['routes.sms.default', routes({ sms: { default: ['elsewhere'] } }), /elsewhere, which accounts does not have/],
    ['routes.sms.default', routes({ sms: { default: [7] } }), /the account 7, which accounts does not have/],
    ['routes.sms.default', routes({ sms: { default: HUSH } }), /must be a list of accounts/],
    ['routes.sms.default.gateway', routes({ sms: { default: { gateway: -1 } } }), /number of at least 0/],
    ['routes.viber.default', routes({ viber: { default: ['gateway'] } }), /gateway does not carry viber/],
    ['routes.sms.countries.SG', routes({ sms: { countries: { SG: ['elsewhere'] } } }), /elsewhere, which accounts/],
    ['routes.sms.countries.SG', routes({ sms: { countries: { SG: HUSH } } }), /must be a list of accounts/],
    ['routes.sms.countries.sg', routes({ sms: { countries: { sg: ['gateway'] } } }), /must be a country/],
    ['routes.sms.countries.UK', routes({ sms: { countries: { UK: ['gateway'] } } }), /must be a country/],
    ['trusted_proxies', (valid) => ({ ...valid, trusted_proxies: [`10.0.0.0/8/${HUSH}`] }), /IP addresses or CIDR/],
    ['shedding', (valid) => ({ ...valid, shedding: HUSH }), /must be on or off/],
    ['trusted_proxies', (valid) => ({ ...valid, trusted_proxies: [HUSH] }), /IP addresses or CIDR/],
    ['trusted_proxies', (valid) => ({ ...valid, trusted_proxies: ['10.0.0.0/99'] }), /IP addresses or CIDR/],
    ['trusted_proxies', (valid) => ({ ...valid, trusted_proxies: ['10.0.0.0/0'] }), /IP addresses or CIDR/],
    ['trusted_proxies', (valid) => ({ ...valid, trusted_proxies: ['fe80::1%eth0'] }), /IP addresses or CIDR/],
    ['webhooks', (valid) => ({ ...valid, webhooks: [HUSH] }), /must be an object/],
    ['webhooks.allow', (valid) => ({ ...valid, webhooks: { allow: HUSH } }), /must be an array/],
    ['webhooks.allow.1', (valid) => ({ ...valid, webhooks: { allow: ['10.0.0.0/8', HUSH] } }), /a CIDR range/],
    ['webhooks.allow_http', (valid) => ({ ...valid, webhooks: { allow_http: HUSH } }), /must be a boolean/],
  ])('refuses a wrong %s', (setting, change, message) => {
    const found = faults(change(file()));
    expect(found).toContainEqual(expect.stringMatching(message));
    expect(found.find((line) => message.test(line))?.split(': ')[0]).toBe(setting);
    expect(found.join()).not.toContain(HUSH);
  });

  it.each(['a b', 'x'.repeat(41), 'ä', ''])('refuses the account name %j', (name) => {
    const found = faults({ accounts: { [name]: { use: 'sandbox' } } });
    expect(found).toEqual([`accounts.${name}: a name has 1 to 40 letters, digits, - or _`]);
  });

  it.each([
    [undefined, true],
    ['on', true],
    ['off', false],
    [false, false],
  ])('sheds load with shedding: %s → %s', (shedding, sheds) => {
    expect(loadFile({ ...file(), shedding }, {}).sheds).toBe(sheds);
  });

  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])('takes the proxy %s', (proxy) => {
    expect(faults({ trusted_proxies: [proxy] })).toEqual([]);
  });

  it('lets webhooks go to public https addresses only, unless it says more', () => {
    expect(loadFile({}, {}).webhooks).toEqual({ allow: [], allowHttp: false });
    expect(loadFile({ webhooks: null }, {}).webhooks).toEqual({ allow: [], allowHttp: false });
    const webhooks = { allow: ['10.0.0.0/8', '::1'], allow_http: true };
    expect(loadFile({ webhooks }, {}).webhooks).toEqual({ allow: ['10.0.0.0/8', '::1'], allowHttp: true });
  });

  it.each([0.1, 60])('takes a timeout of %d s', (timeout) => {
    expect(loadFile(account({ timeout })(file()), {}).accounts.get('gateway')?.timeout).toBe(timeout * 1_000);
  });

  it.each([null, [], 'text', 7])('refuses a file that is %j', (yaml) => {
    expect(faults(yaml)).toEqual(['configuration file: must be a mapping']);
  });

  it('names everything that is wrong at once', () => {
    const found = faults({
      accounts: { gateway: { use: 'nobody' } },
      routes: { sms: { default: ['elsewhere'] } },
      applications: { shop: { keys: [{ ...KEY, mode: 'dead' }] } },
    });
    expect(found.map((line) => line.split(': ')[0])).toEqual([
      'accounts.gateway.use',
      'routes.sms.default',
      'applications.shop.keys.0.mode',
    ]);
  });

  it('does not blame a route for an account that has already been blamed', () => {
    expect(faults(account({ use: 'nobody' })({ ...file(), profiles: {} } as ReturnType<typeof file>))).toEqual([
      `accounts.gateway.use: is not a provider; there are ${providers.map(({ use }) => use).join(', ')}`,
    ]);
  });

  it('gives out what nobody can change', () => {
    const { accounts, applications, profiles } = loadFile(file(), {});
    const frozen: object[] = [
      accounts.get('gateway')!,
      accounts.get('gateway')!.settings,
      accounts.get('gateway')!.channels,
      applications.get('shop')!,
      applications.get('shop')!.keys,
      applications.get('shop')!.keys[0]!,
      applications.get('shop')!.limits,
      profiles.get('shop/login')!,
      profiles.get('shop/login')!.channels[0]!,
    ];
    expect(frozen.map((part) => Object.isFrozen(part))).toEqual(frozen.map(() => true));
  });
});
