import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { loadFile } from './load-file.js';

const HUSH = 'hush-0f3a9c';

/** A shop with live keys only, a gateway for sms, voice and e-mail, and a sandbox that no live key may use. */
const withProfile = (profile: unknown, name = 'shop/login') => ({
  accounts: {
    gateway: { use: 'http', channels: ['sms', 'voice', 'email'], settings: { url: 'http://10.0.0.9/send' } },
    sandbox: { use: 'sandbox' },
  },
  routes: {
    sms: { default: ['gateway'] },
    voice: { countries: { DE: ['gateway'] } },
    email: { default: ['gateway'] },
    viber: { default: ['sandbox'] },
  },
  applications: {
    shop: { keys: [{ id: 'shop-1', token: 'a-token-of-the-shop', mode: 'live' }] },
    empty: {},
    linked: { keys: [{ id: 'linked-1', token: 'a-token-of-the-linked', mode: 'live' }], texts: { allow_urls: true } },
  },
  profiles: { [name]: profile },
});

const load = (profile: unknown, name?: string) =>
  loadFile(withProfile(profile, name), {}).profiles.get(name ?? 'shop/login');

function faults(profile: unknown, name?: string): string[] {
  try {
    load(profile, name);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const steps = (...channels: object[]) => ({ channels });
const sms = { channel: 'sms' };

describe('profiles of the file', () => {
  it('get their defaults', () => {
    expect(load(steps(sms))).toEqual({
      id: 'file-login',
      application: 'shop',
      name: 'login',
      status: 'active',
      defaults: {},
      channels: [{ id: '0', channel: 'sms', wait: 30, confirm_on: 'delivered', order: 0, status: 'active' }],
    });
  });

  it('are in the order that they say', () => {
    const profile = load(steps({ channel: 'email', order: 2 }, { channel: 'sms', order: 1 }));
    expect(profile?.channels.map(({ channel }) => channel)).toEqual(['sms', 'email']);
  });

  it('may end with a call of any wait, and go on after one of a minute', () => {
    expect(faults(steps(sms, { channel: 'voice', wait: 5 }))).toEqual([]);
    expect(faults(steps({ channel: 'voice', wait: 60 }, sms))).toEqual([]);
    expect(faults(steps({ channel: 'voice', wait: 59 }, sms))).toEqual([
      'profiles.shop/login.channels.0.wait: must be at least 60 for a voice step that another step follows',
    ]);
    expect(faults(steps({ channel: 'voice' }, sms))).toHaveLength(1);
  });

  it('follow the rule for calls in the order that they say, not that they stand in', () => {
    expect(faults(steps({ channel: 'voice', wait: 59, order: 2 }, { ...sms, order: 1 }))).toEqual([]);
    expect(faults(steps({ ...sms, order: 2 }, { channel: 'voice', wait: 59, order: 1 }))).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['.wait', { channel: 'voice', wait: 59 }],
    ['.template', { ...sms, template: HUSH }],
    ['.template', { ...sms, template: '{{code}} at evil.example' }],
    ['', { channel: 'viber' }],
  ])('are refused for channels.1%s by its place in the file, whatever its order', (field, step) => {
    const found = faults(steps({ ...sms, order: 2 }, { ...step, order: 1 }));
    expect(found.map((line) => line.split(': ')[0])).toEqual([`profiles.shop/login.channels.1${field}`]);
  });

  it.each<[string, object, RegExp]>([
    ['channels.0.template', { channels: [{ ...sms, template: HUSH }] }, /must hold {{code}}/],
    ['channels.0.template', { channels: [{ ...sms, template: '{{ cod }}' }] }, /must hold {{code}}/],
    ['channels.0.template', { channels: [{ ...sms, template: `{{code}}${'x'.repeat(493)}` }] }, /shorter than/],
    ['channels.0.from', { channels: [{ ...sms, from: '' }] }, /longer than/],
    ['channels.0.from', { channels: [{ ...sms, from: 'x'.repeat(65) }] }, /shorter than/],
    ['channels.0.template', { channels: [{ ...sms, template: '{{code}} at evil.example' }] }, /address of the web/],
    ['channels.0.from', { channels: [{ ...sms, from: 'evil.example' }] }, /address of the web/],
    ['channels.0.from', { channels: [{ ...sms, from: 'Shop\u200b' }] }, /zero-width/],
    ['channels.0.wait', { channels: [{ ...sms, wait: 4 }] }, /must not be less than 5/],
    ['channels.0.wait', { channels: [{ ...sms, wait: 901 }] }, /must not be greater than 900/],
    ['channels.0.wait', { channels: [{ ...sms, wait: 30.5 }] }, /must be an integer/],
    ['channels.0.channel', { channels: [{ channel: HUSH }] }, /must be one of/],
    ['channels.0.channel', { channels: [{}] }, /must be one of/],
    ['channels.0.confirm_on', { channels: [{ ...sms, confirm_on: HUSH }] }, /must be one of/],
    ['channels.0.order', { channels: [{ ...sms, order: -1 }] }, /must not be less than 0/],
    ['channels.0', { channels: [{ channel: 'viber' }] }, /no account can be used for viber by the keys of shop/],
    ['channels.0', { channels: [{ channel: 'rcs' }] }, /no account can be used for rcs by the keys of shop/],
    ['channels', { channels: [] }, /should not be empty/],
    ['channels', { channels: Array(11).fill(sms) }, /no more than 10/],
    ['channels', {}, /must be an array/],
    ['defaults.code_length', { channels: [sms], defaults: { code_length: 3 } }, /must not be less than 4/],
    ['defaults.code_length', { channels: [sms], defaults: { code_length: 13 } }, /must not be greater than 12/],
    ['defaults.alphabet', { channels: [sms], defaults: { alphabet: HUSH } }, /must be one of/],
    ['defaults.ttl', { channels: [sms], defaults: { ttl: 29 } }, /must not be less than 30/],
    ['defaults.ttl', { channels: [sms], defaults: { ttl: 86_401 } }, /must not be greater than 86400/],
    ['defaults.max_checks', { channels: [sms], defaults: { max_checks: 0 } }, /must not be less than 1/],
    ['defaults.max_checks', { channels: [sms], defaults: { max_checks: 11 } }, /must not be greater than 10/],
    ['defaults.template', { channels: [sms], defaults: { template: HUSH } }, /must hold {{code}}/],
    ['defaults.template', { channels: [sms], defaults: { template: '{{code}}\u202e' } }, /zero-width/],
    ['defaults.template', { channels: [sms], defaults: { template: 'www.x {{code}}' } }, /address of the web/],
    ['defaults.locale', { channels: [sms], defaults: { locale: 7 } }, /must be a string/],
    ['defaults.locale', { channels: [sms], defaults: { locale: HUSH } }, /must be a language tag/],
    ['defaults.locale', { channels: [sms], defaults: { locale: 'constructor' } }, /must be a language tag/],
  ])('are refused for a wrong %s', (field, profile, message) => {
    const found = faults(profile);
    const line = found.find((one) => message.test(one));
    expect(found.join()).toMatch(message);
    expect(line?.split(': ')[0]).toBe(`profiles.shop/login.${field}`);
    expect(found.join()).not.toContain(HUSH);
  });

  it.each([
    { code_length: 4, ttl: 30, max_checks: 1, locale: 'de', template: '{{ code }}' },
    { code_length: 12, ttl: 86_400, max_checks: 10, locale: 'pt-BR', alphabet: 'letters' },
  ])('take the bounds themselves: %j', (defaults) => {
    expect(
      load({
        channels: [
          { ...sms, wait: 5 },
          { ...sms, wait: 900 },
        ],
        defaults,
      })?.defaults,
    ).toEqual(defaults);
  });

  it.each(['login', 'nobody/login', 'shop/login/more', 'shop/', 'shop/a b'])(
    'are refused under the name %j',
    (name) => {
      expect(faults(steps(sms), name).join()).toMatch(`profiles.${name}: `);
    },
  );

  it('need an application whose keys reach their channels', () => {
    expect(faults(steps(sms), 'empty/login')).toEqual([
      'profiles.empty/login.channels.0: no account can be used for sms by the keys of empty',
    ]);
  });

  it('may hold addresses of the web where the application allows it', () => {
    const texts = { from: 'shop.example', template: '{{code}} for https://shop.example' };
    const profile = { channels: [{ ...sms, ...texts }], defaults: { template: texts.template } };
    expect(faults(profile, 'linked/login')).toEqual([]);
    expect(faults(profile)).toHaveLength(3);
  });

  it('are refused when they are no mapping', () => {
    expect(faults(HUSH)).toEqual(['profiles.shop/login: must be a mapping']);
  });
});
