import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { loadFile } from './load-file.js';

const HUSH = 'hush-0f3a9c-and-more';
const KEY = { id: 'shop-1', token: 'a-token-of-the-shop', mode: 'live' };

function faults(applications: unknown): string[] {
  try {
    loadFile({ applications }, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const limitsOf = (limits?: unknown) =>
  loadFile({ applications: { shop: { limits } } }, {}).applications.get('shop')?.limits;

describe('applications', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['id', { id: 'a b' }, /must be 1 to 64 letters/],
    ['id', { id: 'x'.repeat(65) }, /must be 1 to 64 letters/],
    ['id', { id: undefined }, /must be 1 to 64 letters/],
    ['token', { token: 'seven77' }, /must be longer than or equal to 8/],
    ['token', { token: 1_234_567_890_123_456 }, /must be a string/],
    ['mode', { mode: HUSH }, /must be one of/],
    ['mode', { mode: undefined }, /must be one of/],
    ['scopes', { scopes: [HUSH] }, /must be one of/],
    ['scopes', { scopes: HUSH }, /must be an array/],
    ['ip_ranges', { ip_ranges: [HUSH] }, /must hold IP addresses or CIDR ranges/],
    ['ip_ranges', { ip_ranges: [] }, /should not be empty/],
    ['expires_at', { expires_at: HUSH }, /must be a time like 2030/],
    ['expires_at', { expires_at: '2030-01-31' }, /must be a time like 2030/],
    ['expires_at', { expires_at: '2030-02-31T12:00:00Z' }, /must be a valid ISO 8601/],
  ])('refuse a key with a wrong %s', (field, change, message) => {
    const found = faults({ shop: { keys: [KEY, { ...KEY, token: 'another-long-token', ...change }] } });
    expect(found).toContainEqual(expect.stringMatching(message));
    for (const line of found) expect(line).toMatch(new RegExp(`^applications\\.shop\\.keys\\.1\\.${field}: `));
    expect(found.join()).not.toContain(HUSH);
  });

  it('take addresses and an expiry for a key, even one in the past', () => {
    const given = { ip_ranges: ['10.0.0.0/8', '::1'], expires_at: '2020-01-31T12:00:00+01:00' };
    const { applications } = loadFile({ applications: { shop: { keys: [{ ...KEY, ...given }] } } }, {});
    expect(applications.get('shop')?.keys[0]).toMatchObject({
      ipRanges: given.ip_ranges,
      expiresAt: Date.UTC(2020, 0, 31, 11),
    });
  });

  it('refuse two keys with one id within an application', () => {
    const twice = { keys: [KEY, { ...KEY, token: 'another-long-token' }] };
    expect(faults({ shop: twice })).toEqual(['applications.shop.keys.shop-1: is the id of two keys']);
    const other = { keys: [{ ...KEY, token: 'another-long-token' }] };
    expect(faults({ shop: { keys: [KEY] }, other })).toEqual([]);
  });

  it('take a token of 8 characters', () => {
    expect(faults({ shop: { keys: [{ ...KEY, token: 'eight888' }] } })).toEqual([]);
  });

  it('refuse one token for two keys, of one application or of two', () => {
    const twice = { ...KEY, token: HUSH };
    const within = faults({ shop: { keys: [twice, { ...twice, id: 'shop-2' }] } });
    expect(within).toEqual(['applications.shop.keys.shop-2: has the same token as shop/shop-1']);
    const across = faults({ shop: { keys: [twice] }, other: { keys: [{ ...twice, id: 'other-1' }] } });
    expect(across).toEqual(['applications.other.keys.other-1: has the same token as shop/shop-1']);
  });

  it.each(['a b', 'a/b', 'x'.repeat(41)])('refuse the name %j', (name) => {
    expect(faults({ [name]: {} })).toEqual([`applications.${name}: a name has 1 to 40 letters, digits, - or _`]);
  });

  it('refuse keys that are no list, and an application that is no mapping', () => {
    expect(faults({ shop: { keys: HUSH } }).join()).toMatch(/^applications\.shop\.keys: must be an array/);
    expect(faults({ shop: HUSH })).toEqual(['applications.shop: must be a mapping']);
    expect(faults({ shop: null })).toEqual([]);
  });
});

describe('limits', () => {
  const standard = { sends_per_number: { count: 5, seconds: 600 }, failures_per_number: { count: 15, seconds: 3_600 } };
  const none = { sends_per_number: null, failures_per_number: null };

  it.each<[string, unknown, unknown]>([
    ['left out', undefined, standard],
    ['empty', {}, standard],
    ['off', 'off', none],
    // YAML 1.1 reads a bare `off` as false.
    ['false', false, none],
    ['one off', { sends_per_number: 'off' }, { ...standard, sends_per_number: null }],
    ['seconds', { sends_per_number: '1/1s' }, { ...standard, sends_per_number: { count: 1, seconds: 1 } }],
    ['minutes', { sends_per_number: '5/10m' }, { ...standard, sends_per_number: { count: 5, seconds: 600 } }],
    ['hours', { failures_per_number: '20/2h' }, { ...standard, failures_per_number: { count: 20, seconds: 7_200 } }],
    ['days', { failures_per_number: '99/1d' }, { ...standard, failures_per_number: { count: 99, seconds: 86_400 } }],
  ])('may be %s', (_, limits, expected) => {
    expect(limitsOf(limits)).toEqual(expected);
  });

  it.each(['5', '0/10m', '5/0m', '5/10', '5/10w', '-5/10m', '5.5/10m', ' 5/10m', '5/10m\n', 'on', 7, true, [5]])(
    'refuse the budget %j',
    (limit) => {
      expect(faults({ shop: { limits: { sends_per_number: limit } } })).toEqual([
        'applications.shop.limits.sends_per_number: must be a count and a window like 5/10m, or off',
      ]);
    },
  );

  it.each([HUSH, 7, true, []])('refuse to be %j', (limits) => {
    expect(faults({ shop: { limits } })).toEqual(['applications.shop.limits: must be a mapping']);
  });
});
