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
    ['expires_at', { expires_at: '20300131T120000Z' }, /must be a time like 2030/],
    ['expires_at', { expires_at: '2030-W05-4T12:00:00Z' }, /must be a time like 2030/],
    ['expires_at', { expires_at: '2030-01-31T12:00:00,5Z' }, /must be a time like 2030/],
    ['token', { token: `long enough ${HUSH}` }, /must have no blanks/],
    ['token', { token: `longenough-${HUSH}-é` }, /must have no blanks/],
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
  const waits = [30, 60, 120, 300];
  const hourly = { count: 5, seconds: 3_600 };
  const standard = {
    sends_per_number: [hourly, { count: 10, seconds: 86_400 }],
    send_wait: waits,
    failures_per_number: [{ count: 15, seconds: 3_600 }],
  };
  const none = { sends_per_number: [], send_wait: [], failures_per_number: [] };

  it.each<[string, unknown, unknown]>([
    ['left out', undefined, standard],
    ['empty', {}, standard],
    ['off', 'off', none],
    // YAML 1.1 reads a bare `off` as false.
    ['false', false, none],
    ['named without a value', { sends_per_number: null }, standard],
    ['one off', { failures_per_number: 'off' }, { ...standard, failures_per_number: [] }],
    ['without waits', { send_wait: 'off' }, { ...standard, send_wait: [] }],
    ['with other waits', { send_wait: [10, 20] }, { ...standard, send_wait: [10, 20] }],
    // Waits of ours would make another limit of it.
    ['a text', { sends_per_number: '5/1h' }, { ...standard, sends_per_number: [hourly], send_wait: [] }],
    ['a list', { sends_per_number: ['5/1h', '10/1d'] }, { ...standard, send_wait: [] }],
    ['no limit of sends', { sends_per_number: 'off' }, { ...standard, sends_per_number: [], send_wait: [] }],
    ['limits and waits', { sends_per_number: '5/1h', send_wait: waits }, { ...standard, sends_per_number: [hourly] }],
  ])('may be %s', (_, limits, expected) => {
    expect(limitsOf(limits)).toEqual(expected);
  });

  it.each<[string, unknown, RegExp]>([
    ['sends_per_number', '5', /must be a count and a window like 5\/10m/],
    ['failures_per_number', [HUSH], /must be a count and a window like 5\/10m/],
    ['send_wait', [HUSH], /must be 1 to 10 whole seconds from 1 to 86400 in a list, or off/],
    [HUSH, 1, /is not a known setting/],
  ])('refuse a wrong %s by its name', (name, value, message) => {
    const [found = '', ...others] = faults({ shop: { limits: { [name]: value } } });
    expect(others).toEqual([]);
    expect(found.startsWith(`applications.shop.limits.${name}: `)).toBe(true);
    expect(found).toMatch(message);
    expect(found.replace(name, '')).not.toContain(HUSH);
  });

  it.each([HUSH, 7, true, []])('refuse to be %j', (limits) => {
    expect(faults({ shop: { limits } })).toEqual(['applications.shop.limits: must be a mapping']);
  });
});

describe('retention', () => {
  const [hour, day] = [3_600_000, 86_400_000];
  const load = (retention: unknown) => loadFile({ applications: { shop: { retention } } }, {}).applications.get('shop');

  it.each<[unknown, number, number]>([
    [undefined, day, day],
    [{}, day, day],
    [{ number: '1h' }, hour, day],
    [{ number: '7d' }, 7 * day, 7 * day],
    [{ record: '90d' }, day, 90 * day],
    [{ number: '30d', record: '30d' }, 30 * day, 30 * day],
  ])('may be %j', (retention, numberMs, recordMs) => {
    expect(load(retention)?.retention).toEqual({ numberMs, recordMs });
  });

  it.each<[string, unknown, string]>([
    ['.number', { number: '31d' }, 'must be between 1h and 30d'],
    ['.record', { record: '91d' }, 'must be between 1h and 90d'],
    ['.record', { record: '23h' }, 'must not be shorter than number'],
    ['.number', { number: '0h' }, 'must be hours or days like 24h or 7d'],
    ['.number', { number: '60m' }, 'must be hours or days like 24h or 7d'],
    ['.record', { record: 7 }, 'must be hours or days like 24h or 7d'],
    ['.code', { code: '1h' }, 'is not a known setting'],
    ['', HUSH, 'must be a mapping'],
  ])('refuses a wrong %s: %j', (setting, retention, message) => {
    expect(faults({ shop: { retention } })).toContain(`applications.shop.retention${setting}: ${message}`);
  });
});
