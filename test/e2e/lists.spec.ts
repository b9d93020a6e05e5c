import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, ADMIN_KEY } from '../support/admin.js';
import type { Api } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { fieldsOf, jsonOf, make, type Json } from '../support/settings-api.js';
import { configuration, LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';

/** May manage, but not see whole numbers. */
const MANAGER_KEY = 'live_key_of_a_manager_0123456789';
/** Nothing of people is for those who try things out. */
const TESTER_KEY = 'test_key_that_reads_lists_01234567';
const NUMBER = '+4915112345678';

let redis: TestRedis;
let service: Service;
let shop: Api;

beforeAll(async () => {
  redis = await TestRedis.start();
  const scopes = ['profiles', 'pii:read'];
  const applications = {
    shop: {
      keys: [
        { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes },
        { id: 'shop-read', token: READ_KEY, mode: 'live', scopes: ['verifications'] },
        { id: 'shop-tester', token: TESTER_KEY, mode: 'test', scopes },
        { id: 'shop-manager', token: MANAGER_KEY, mode: 'live', scopes: ['profiles'] },
      ],
      country: 'DE',
    },
    other: { keys: [{ id: 'other-live', token: OTHER_KEY, mode: 'live', scopes }] },
  };
  const config = configuration({}, { applications });
  service = await Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ADMIN_KEY: ADMIN_KEY } });
  shop = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.stop();
  await redis.stop();
});

describe('an entry of a list', () => {
  it('is made, read, found, and taken off', async () => {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { list: 'block', kind: 'number', value: '0151 12345678', reason: 'stolen phone', expires_at };
    const entry = await make(shop, '/v1/lists', body);
    expect(entry).toEqual({ ...body, id: entry.id, value: NUMBER, created_at: entry.created_at });
    expect(Math.abs(Date.parse(String(entry.created_at)) - Date.now())).toBeLessThan(60_000);
    const path = `/v1/lists/${entry.id}`;
    expect(jsonOf(await shop.get(path))).toEqual(entry);
    for (const key of [MANAGER_KEY, TESTER_KEY]) {
      const masked = jsonOf(await service.as(key).get(path));
      expect(masked).toEqual({ ...entry, value: '+49*********78' });
    }

    for (const query of [NUMBER, '0151 12345678', `${NUMBER.slice(0, 5)} ${NUMBER.slice(5)}`]) {
      const found = await shop.get(`/v1/lists?value=${encodeURIComponent(query)}`);
      expect(jsonOf(found).data.map(({ id }) => id)).toEqual([entry.id]);
    }
    expect(jsonOf(await shop.get('/v1/lists?value=%2B4915112345679')).data).toEqual([]);
    expect((await shop.request('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await shop.request(method, path)).status).toBe(404);
  });

  it('is about one thing once: again changes reason and expiry', async () => {
    const body = { list: 'allow', kind: 'ip_range', value: '2001:DB8::/32' };
    const entry = await make(shop, '/v1/lists', body);
    expect(entry).toMatchObject({ value: '2001:db8::/32', reason: null, expires_at: null });
    for (const value of ['2001:DB8::/32', '2001:db8::/32']) {
      expect(jsonOf(await shop.get(`/v1/lists?value=${value}`)).data).toEqual([entry]);
    }
    const again = await shop.post('/v1/lists', { ...body, value: '2001:db8::/32', reason: 'office' });
    expect(again.status).toBe(200);
    expect(jsonOf(again)).toEqual({ ...entry, reason: 'office' });
    const { id } = await make(shop, '/v1/lists', { ...body, list: 'block' });
    expect(id).not.toBe(entry.id);
  });

  it('refuses what is wrong, and names the field', async () => {
    const wrong: [Json, string][] = [
      [{ list: 'grey' }, 'list'],
      [{ kind: 'name' }, 'kind'],
      [{ value: 'nobody' }, 'value'],
      [{ value: 'nobody@example.com' }, 'value'],
      [{ value: '+4' }, 'value'],
      [{ kind: 'prefix', value: '49151' }, 'value'],
      [{ kind: 'prefix', value: '+0151' }, 'value'],
      [{ kind: 'prefix', value: '+49 151' }, 'value'],
      [{ kind: 'ip_range', value: '10.0.0.0/33' }, 'value'],
      [{ kind: 'ip_range', value: NUMBER }, 'value'],
      [{ expires_at: '2020-01-31T12:00:00Z' }, 'expires_at'],
      [{ expires_at: 'tomorrow' }, 'expires_at'],
      [{ reason: 'x'.repeat(201) }, 'reason'],
      [{ colour: 'red' }, 'colour'],
    ];
    for (const [change, field] of wrong) {
      const answer = await shop.post('/v1/lists', { list: 'block', kind: 'number', value: NUMBER, ...change });
      expect(fieldsOf(answer)).toEqual([422, [field]]);
    }
  });

  it('is listed in the order in which it was made, filtered, page by page', async () => {
    const other = service.as(OTHER_KEY);
    const values = ['+491', '+492', '+493'];
    for (const value of values) await make(other, '/v1/lists', { list: 'block', kind: 'prefix', value });
    await make(other, '/v1/lists', { list: 'allow', kind: 'ip_range', value: '192.0.2.1' });
    const page = async (query: string) => jsonOf(await other.get(`/v1/lists?${query}`));
    const first = await page('list=block&limit=2');
    const second = await page(`list=block&limit=2&cursor=${encodeURIComponent(first.next_cursor!)}`);
    expect([...first.data, ...second.data].map(({ value }) => value)).toEqual(values);
    expect(second.next_cursor).toBeNull();
    expect((await page('kind=ip_range')).data).toMatchObject([{ value: '192.0.2.1' }]);
    expect((await page('kind=number')).data).toEqual([]);
    expect(fieldsOf(await other.get('/v1/lists?limit=0'))).toEqual([422, ['limit']]);
  });
});

describe('a block', () => {
  it('is listed while it is in force, the newest first, and lifted', async () => {
    const now = Date.now();
    const block = (since: number, until: number): string =>
      JSON.stringify({
        rule: 'pumping_prefix',
        mode: 'enforce',
        label: '+49151**',
        value: 9,
        threshold: 8,
        level: 1,
        since,
        until,
      });
    await redis.client.hset('pl:{g:shop}:b', {
      'prefix-a': block(now - 2_000, now + 3_600_000),
      'prefix-b': block(now - 1_000, now + 3_600_000),
      'prefix-c': block(now - 9_000, now - 1_000),
    });
    const list = async (query = '') => jsonOf(await shop.get(`/v1/blocks?${query}`));
    const { data } = await list();
    expect(data.map(({ id }) => id)).toEqual(['prefix-b', 'prefix-a']);
    expect(data[0]).toEqual({
      id: 'prefix-b',
      rule: 'pumping_prefix',
      kind: 'prefix',
      subject: '+49151**',
      mode: 'enforce',
      value: 9,
      threshold: 8,
      since: new Date(now - 1_000).toISOString(),
      until: new Date(now + 3_600_000).toISOString(),
    });
    const { next_cursor } = await list('limit=1');
    const second = await list(`limit=1&cursor=${encodeURIComponent(next_cursor!)}`);
    expect(second).toMatchObject({ data: [{ id: 'prefix-a' }], next_cursor: null });
    expect((await list('rule=pumping_country')).data).toEqual([]);

    const lift = (id: string, key = LIVE_KEY) => service.as(key).request('DELETE', `/v1/blocks/${id}`);
    expect((await lift('prefix-a', OTHER_KEY)).status).toBe(404);
    expect((await lift('prefix-a')).status).toBe(204);
    for (const id of ['prefix-a', 'prefix-c', 'nothing']) expect((await lift(id)).status).toBe(404);
    expect((await list()).data.map(({ id }) => id)).toEqual(['prefix-b']);
  });
});

it('all of it needs the scope profiles, and goes with its application', async () => {
  for (const path of ['/v1/rules', '/v1/lists', '/v1/blocks']) {
    expect((await service.as(READ_KEY).get(path)).status).toBe(403);
  }
  const admin = new Admin(service);
  const application = await admin.application('Short-lived');
  const { token } = await admin.key(application, { scopes: ['profiles'] });
  const api = service.as(token);
  await make(api, '/v1/rules', { name: 'mine', key: 'country', limits: ['5/1h'] });
  await make(api, '/v1/lists', { list: 'block', kind: 'number', value: NUMBER });
  await api.request('PATCH', '/v1/rules/pumping_prefix', { mode: 'off' });
  expect((await redis.client.keys(`pl:{pf:${application}}:*`)).length).toBe(5);
  expect((await admin.api.request('DELETE', `/v1/applications/${application}`)).status).toBe(204);
  expect(await redis.client.keys(`pl:{pf:${application}}:*`)).toEqual([]);
});
