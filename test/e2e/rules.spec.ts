import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Api } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { codeOf, fieldsOf, freshName, jsonOf, make, type Json } from '../support/settings-api.js';
import { configuration, LIVE_KEY, OTHER_KEY, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

const DECLARED_KEY = 'live_key_of_the_declared_0123456';

let redis: TestRedis;
let service: Service;
/** Another process on the same Redis. */
let second: Service;
let shop: Api;

beforeAll(async () => {
  redis = await TestRedis.start();
  const scopes = ['profiles'];
  const applications = {
    shop: {
      keys: [
        { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes },
        { id: 'shop-test', token: TEST_KEY, mode: 'test', scopes: ['verifications'] },
      ],
      // A process may let one through before it hears that the number is blocked: that must not make the next one wait.
      limits: { sends_per_number: 'off' },
    },
    other: { keys: [{ id: 'other-live', token: OTHER_KEY, mode: 'live', scopes }] },
    declared: {
      keys: [{ id: 'declared-live', token: DECLARED_KEY, mode: 'live', scopes }],
      guard: {
        rules: [{ name: 'per-ip', key: 'client_ip', limits: ['5/1h', '100/2d'], mode: 'monitor' }],
        pumping: { pumping_prefix: 'monitor' },
      },
    },
  };
  const config = configuration({}, { applications });
  service = await Service.start({ redisUrl: redis.url, config });
  second = await Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ROLE: 'api' } });
  shop = service.as(LIVE_KEY);
});

afterAll(async () => {
  await Promise.all([service.stop(), second.stop()]);
  await redis.stop();
});

describe('a limit', () => {
  it('is made, read, patched, deleted', async () => {
    const name = freshName();
    const rule = await make(shop, '/v1/rules', {
      name,
      key: 'limit_key',
      limit_key: 'session',
      limits: ['2/10s', '5/1h'],
    });
    const path = `/v1/rules/${rule.id}`;
    expect(rule).toEqual({
      id: rule.id,
      name,
      kind: 'limit',
      key: 'limit_key',
      limit_key: 'session',
      limits: ['2/10s', '5/1h'],
      mode: 'enforce',
      status: 'active',
      read_only: false,
    });
    expect(jsonOf(await shop.get(path))).toEqual(rule);
    const change = { name: freshName(), limits: ['9/1d'], mode: 'monitor', status: 'inactive' };
    expect(jsonOf(await shop.request('PATCH', path, change))).toEqual({ ...rule, ...change });
    expect(jsonOf(await shop.get(path))).toEqual({ ...rule, ...change });
    expect((await shop.request('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await shop.request(method, path)).status).toBe(404);
    expect((await shop.request('PATCH', path, { mode: 'enforce' })).status).toBe(404);
    expect(await make(shop, '/v1/rules', { name, key: 'limit_key', limits: ['1/1s'] })).toMatchObject({
      limit_key: name,
    });
  });

  it('refuses what is wrong, and names the field', async () => {
    const good = { name: freshName(), key: 'client_ip', limits: ['5/10m'] };
    const { id } = await make(shop, '/v1/rules', good);
    const wrong: [Json, string[]][] = [
      [{ name: good.name }, ['name']],
      [{ name: 'pumping_prefix' }, ['name']],
      [{ name: 'sends_per_number' }, ['name']],
      [{ name: 'two words' }, ['name']],
      [{ key: 'shoe_size' }, ['key']],
      [{ limit_key: 'session' }, ['limit_key']],
      [{ limits: [] }, ['limits']],
      [{ limits: ['5'] }, ['limits.0']],
      [{ limits: ['5/10m', '0/1h'] }, ['limits.1']],
      [{ limits: ['1001/1h'] }, ['limits']],
      [{ limits: ['1/31d'] }, ['limits']],
      [{ limits: Array(6).fill('1/1s') }, ['limits']],
      [{ mode: 'off' }, ['mode']],
      [{ colour: 'red' }, ['colour']],
    ];
    for (const [change, fields] of wrong) {
      expect(fieldsOf(await shop.post('/v1/rules', { ...good, name: freshName(), ...change }))).toEqual([422, fields]);
    }
    const patches: Json[] = [{ mode: 'off' }, { key: 'prefix' }, { modes: {} }, { countries: { DE: 'block' } }];
    for (const patch of patches) {
      expect(fieldsOf(await shop.request('PATCH', `/v1/rules/${id}`, patch))).toEqual([422, Object.keys(patch)]);
    }
  });

  it('is one of at most thirty', async () => {
    const other = service.as(OTHER_KEY);
    const made = Array.from({ length: 31 }, () =>
      other.post('/v1/rules', { name: freshName(), key: 'country', limits: ['5/1h'] }),
    );
    const statuses = (await Promise.all(made)).map(codeOf);
    expect(statuses.filter((status) => JSON.stringify(status) === '[409,"too_many"]')).toHaveLength(1);
  });
});

describe('a rule of the guard’s own', () => {
  it('is told how to work, and forgets it', async () => {
    const path = '/v1/rules/pumping_prefix';
    const before = jsonOf(await shop.get(path));
    expect(before).toEqual({
      id: 'pumping_prefix',
      name: 'pumping_prefix',
      kind: 'pumping',
      mode: 'enforce',
      read_only: false,
    });
    expect(jsonOf(await shop.request('PATCH', path, { mode: 'monitor' }))).toEqual({ ...before, mode: 'monitor' });
    expect(jsonOf(await service.as(OTHER_KEY).get(path)).mode).toBe('enforce');
    const modes = await shop.request('PATCH', '/v1/rules/line_type', { modes: { satellite: 'off' } });
    expect(jsonOf(modes).modes).toMatchObject({ satellite: 'off', premium: 'enforce' });
    const countries = { countries: { default: 'block', DE: 'allow' }, channels: { voice: { DE: 'block' } } };
    expect(jsonOf(await shop.request('PATCH', '/v1/rules/country', countries))).toMatchObject(countries);
    for (const id of ['pumping_prefix', 'line_type', 'country']) {
      expect((await shop.request('DELETE', `/v1/rules/${id}`)).status).toBe(204);
    }
    expect(jsonOf(await shop.get(path))).toEqual(before);
    expect(jsonOf(await shop.get('/v1/rules/country'))).toMatchObject({ countries: {}, channels: {} });
  });

  it('refuses what it cannot be told', async () => {
    const patch = async (id: string, body: Json) => fieldsOf(await shop.request('PATCH', `/v1/rules/${id}`, body));
    expect(await patch('pumping_prefix', { limits: ['1/1s'] })).toEqual([422, ['limits']]);
    expect(await patch('pumping_prefix', { mode: 'rage' })).toEqual([422, ['mode']]);
    expect(await patch('line_type', { modes: { mobile: 'off' } })).toEqual([422, ['modes.mobile']]);
    expect(await patch('country', { countries: { XX: 'block' } })).toEqual([422, ['countries.XX']]);
    expect(await patch('country', { countries: { Germany: 'block' } })).toEqual([422, ['countries.Germany']]);
    expect(await patch('country', { channels: { pigeon: {} } })).toEqual([422, ['channels.pigeon']]);
  });

  it('is listed with the limits, by name, page by page', async () => {
    const all = jsonOf(await shop.get('/v1/rules?limit=100')).data.map(({ name }) => name);
    expect(all).toEqual([...all].sort());
    expect(all).toEqual(expect.arrayContaining(['country', 'countries_per_ip', 'pumping_prefix', 'unverified_share']));
    const { data, next_cursor } = jsonOf(await shop.get('/v1/rules?limit=2'));
    expect([...data.map(({ name }) => name), next_cursor]).toEqual([all[0], all[1], all[1]]);
    expect(jsonOf(await shop.get('/v1/rules?name=country')).data).toMatchObject([{ kind: 'country' }]);
  });
});

it('what the file declares is shown, and cannot be changed', async () => {
  const declared = service.as(DECLARED_KEY);
  const per_ip = jsonOf(await declared.get('/v1/rules/file-per-ip'));
  expect(per_ip).toMatchObject({ name: 'per-ip', limits: ['5/1h', '100/2d'], mode: 'monitor', read_only: true });
  expect(jsonOf(await declared.get('/v1/rules?name=per-ip')).data).toEqual([per_ip]);
  const prefix = jsonOf(await declared.get('/v1/rules/pumping_prefix'));
  expect(prefix).toMatchObject({ mode: 'monitor', read_only: true });
  for (const id of ['file-per-ip', 'pumping_prefix']) {
    const path = `/v1/rules/${id}`;
    expect(codeOf(await declared.request('PATCH', path, { mode: 'enforce' }))).toEqual([409, 'read_only']);
    expect(codeOf(await declared.request('DELETE', path))).toEqual([409, 'read_only']);
  }
  const again = { name: 'per-ip', key: 'prefix', limits: ['5/1h'] };
  expect(fieldsOf(await declared.post('/v1/rules', again))).toEqual([422, ['name']]);
  for (const [id, patch] of [
    ['pumping_country', { mode: 'off' }],
    ['country', { countries: { DE: 'block' } }],
  ] as const) {
    expect(jsonOf(await declared.request('PATCH', `/v1/rules/${id}`, patch))).toMatchObject(patch);
  }
});

describe('a start', () => {
  const start = async (on: Service, to = freshNumber(), more: Json = {}) => on.as(TEST_KEY).start(to, more);

  it('is refused for a number on the block list, by another process too, until it is taken off', async () => {
    const to = freshNumber();
    expect((await start(second)).status).toBe(201);
    const { id } = await make(shop, '/v1/lists', { list: 'block', kind: 'number', value: to });
    expect(codeOf(await start(service, to))).toEqual([403, 'blocked']);
    // Within a second, as promised; the rest is room for a busy machine. Unheard, it would take 30 s.
    await until('the second process to hear of it', async () => (await start(second, to)).status === 403, 10_000);
    expect((await start(second)).status).toBe(201);
    expect((await shop.request('DELETE', `/v1/lists/${id}`)).status).toBe(204);
    expect((await start(service, to)).status).toBe(201);
    await until('the second process to hear of its end', async () => (await start(second, to)).status !== 403, 10_000);
  });

  it('is counted by a limit that was made, in all processes, and by none that is inactive', async () => {
    const session = { limit_keys: [{ name: 'session', value: 'one' }] };
    const rule = await make(shop, '/v1/rules', {
      name: 'sessions',
      key: 'limit_key',
      limit_key: 'session',
      limits: ['2/1h'],
    });
    const known = async () => (await start(second, undefined, session)).status === 201;
    await until('the second process to know the rule', known, 10_000);
    expect((await start(service, undefined, session)).status).toBe(201);
    for (const on of [service, second]) {
      const { status, body } = await start(on, undefined, session);
      expect([status, body.code, body.limit]).toEqual([429, 'rate_limited', 'sessions']);
    }
    await shop.request('PATCH', `/v1/rules/${rule.id}`, { mode: 'monitor' });
    const monitored = await start(service, undefined, session);
    expect(monitored.status).toBe(201);
    // Whoever makes rules must not make series of metrics: one word for all of them.
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('passlane_guard_decisions_total{rule="limit",mode="monitor"} 1\n');
    expect(metrics).not.toContain('sessions');
    await shop.request('DELETE', `/v1/rules/${rule.id}`);
    expect(fieldsOf(await start(service, undefined, session))).toEqual([422, ['limit_keys.0.name']]);
    // Who has started before is not to blame for that.
    const next = await service.as(TEST_KEY).post(`/v1/verifications/${monitored.body.id}/next`);
    expect(next.status).toBe(200);
  });
});
