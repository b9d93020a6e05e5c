import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applicationKey, keyKey } from '../../src/store/access-keys.js';
import { Admin, ADMIN_KEY, expectRefused } from '../support/admin.js';
import { freshNumber, type Answer } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

const UNKNOWN = `pl_live_${'x'.repeat(43)}`;
const OPERATOR_KEY = 'key_of_an_operator_in_the_file';
const EXPIRED_KEY = 'key_that_has_expired_in_the_file';
const ELSEWHERE_KEY = 'key_for_another_network_in_the_file';
const HOUR = 3_600_000;

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
/** Another process on the same Redis. */
let second: Service;
let admin: Admin;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url) }, { trusted_proxies: ['127.0.0.1'] });
  const applications = config.applications as Record<string, { keys: unknown[] }>;
  applications.operators = {
    keys: [
      { id: 'operator', token: OPERATOR_KEY, mode: 'live', scopes: ['admin'] },
      { id: 'expired', token: EXPIRED_KEY, mode: 'live', expires_at: '2020-01-31T12:00:00Z' },
      { id: 'elsewhere', token: ELSEWHERE_KEY, mode: 'live', ip_ranges: ['10.0.0.0/8', '2001:db8::/32'] },
    ],
  };
  const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY };
  service = await Service.start({ redisUrl: redis.url, config, env });
  second = await Service.start({ redisUrl: redis.url, config, env: { ...env, PASSLANE_ROLE: 'api' } });
  admin = new Admin(service);
});

afterAll(async () => {
  await service.stop();
  await second.stop();
  await gateway.stop();
  await redis.stop();
});

/** A call that changes nothing and needs the scope `verifications:read`. */
const use = (token: string, at = service, headers: Record<string, string> = {}): Promise<Answer> =>
  at.as(token).request('GET', '/v1/verifications?limit=1', undefined, headers);

/** Within a second, as promised; the rest is room for a busy machine. */
const soon = (what: string, token: string, code: string): Promise<unknown> =>
  until(what, async () => (await use(token, second)).body.code === code);

describe('an application made over the API', () => {
  it('verifies with the routes of the file, a profile of its own and the default limits', async () => {
    const application = await admin.application('Wallet');
    const { token } = await admin.key(application, { scopes: ['verifications', 'profiles'] });
    const api = service.as(token);
    const profile = await api.post('/v1/profiles', { name: 'login', channels: [{ channel: 'sms' }] });
    expect(profile.status).toBe(201);

    const { id, code } = await startAndReceive(api, gateway, { profile: 'login', channels: undefined });
    expect((await api.read(id)).body.sends).toMatchObject({ made: 1, left: 4 });
    expect((await api.check(id, code)).body.result).toBe('approved');
    expectRefused(await service.as(LIVE_KEY).read(id), 404, 'not_found');
  });

  it('may be renamed, stopped, resumed and deleted', async () => {
    const application = await admin.application('Shop');
    const path = `/v1/applications/${application}`;
    const { token } = await admin.key(application, { scopes: ['verifications', 'profiles'] });
    await service.as(token).post('/v1/profiles', { name: 'login', channels: [{ channel: 'sms' }] });
    expect((await use(token, second)).status).toBe(200);

    const renamed = await admin.api.request('PATCH', path, { name: 'Shop of old', status: 'inactive' });
    expect(renamed.body).toMatchObject({ id: application, name: 'Shop of old', status: 'inactive' });
    expectRefused(await use(token), 403, 'application_inactive');
    await soon('the second process to hear of it', token, 'application_inactive');
    await admin.api.request('PATCH', path, { status: 'active' });
    expect((await use(token)).status).toBe(200);

    expect((await admin.api.request('DELETE', path)).status).toBe(204);
    expectRefused(await use(token), 401, 'key_revoked');
    await soon('the second process to hear of its end', token, 'key_revoked');
    expectRefused(await admin.api.get(path), 404, 'not_found');
    expectRefused(await admin.api.get(`${path}/keys`), 404, 'not_found');
    expectRefused(await admin.api.post(`${path}/keys`, { mode: 'live', scopes: ['profiles'] }), 404, 'not_found');
    const left = (await redis.dump()).filter(({ key, ttl }) => key.includes(application) && ttl < 0);
    expect(left).toEqual([]);
  });

  it('is deleted with however many keys, and a deletion that was cut short can be repeated', async () => {
    const application = await admin.application('Many keys');
    const keys = await Promise.all(Array.from({ length: 250 }, () => admin.key(application)));
    // As a process leaves it that dies after its first script.
    await redis.client.del(applicationKey(application));
    expectRefused(await use(keys[0]!.token), 401, 'key_revoked');

    expect((await admin.api.request('DELETE', `/v1/applications/${application}`)).status).toBe(204);
    expect(await redis.client.exists(`pl:{ak}:keys:${application}`)).toBe(0);
    for (const { id } of [keys[0]!, keys.at(-1)!]) expect(await redis.client.pttl(keyKey(id))).toBeGreaterThan(0);
  });

  it('is listed after those of the file, page by page', async () => {
    const made = [await admin.application('first'), await admin.application('second')];
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await admin.api.get(`/v1/applications?limit=2&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...body.data.map(({ id }) => id));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(seen.slice(0, 3)).toEqual(['operators', 'other', 'shop']);
    expect(seen.slice(-2)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('what the file declares', () => {
  it('is shown without tokens, and read-only', async () => {
    const { text, body } = await admin.api.get('/v1/applications/shop/keys');
    expect(body.data).toMatchObject([{ id: 'shop-live', read_only: true }, { id: 'shop-read' }, { id: 'shop-test' }]);
    expect(text).not.toContain(LIVE_KEY);
    expect((await admin.api.get('/v1/applications/shop')).body).toMatchObject({ id: 'shop', read_only: true });
    expect((await admin.api.get('/v1/applications/operators/keys/expired')).body.status).toBe('expired');
    const changes: [string, string, unknown?][] = [
      ['PATCH', '/v1/applications/shop', { name: 'x' }],
      ['DELETE', '/v1/applications/shop'],
      ['POST', '/v1/applications/shop/keys', { mode: 'live', scopes: ['profiles'] }],
      ['POST', '/v1/applications/shop/keys/shop-live/rotate'],
      ['DELETE', '/v1/applications/shop/keys/shop-live'],
    ];
    for (const change of changes) expectRefused(await admin.api.request(...change), 409, 'read_only');
    expect((await use(LIVE_KEY)).status).toBe(200);
  });

  it('has keys with an expiry and with addresses', async () => {
    expectRefused(await use(EXPIRED_KEY), 401, 'key_expired');
    expectRefused(await use(ELSEWHERE_KEY), 403, 'ip_not_allowed');
    expect((await use(ELSEWHERE_KEY, service, { 'x-forwarded-for': '10.9.8.7' })).status).toBe(200);
    expect((await use(ELSEWHERE_KEY, service, { 'x-forwarded-for': '2001:db8:1::9' })).status).toBe(200);
  });
});

describe('administration', () => {
  it('is for the admin key, which does nothing else, and for keys of the file that have the scope', async () => {
    expectRefused(await service.as(LIVE_KEY).get('/v1/applications'), 403, 'forbidden');
    expectRefused(await service.as(UNKNOWN).get('/v1/applications'), 401, 'unauthorized');
    expectRefused(await use(ADMIN_KEY), 403, 'forbidden');
    expectRefused(await admin.api.start(freshNumber()), 403, 'forbidden');
    expect((await service.as(OPERATOR_KEY).get('/v1/applications')).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['scopes.0', { scopes: ['admin'] }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: undefined }],
    ['mode', { mode: 'demo' }],
    ['ip_ranges.0', { ip_ranges: ['10.0.0.0/33'] }],
    ['ip_ranges.1', { ip_ranges: ['10.0.0.0/8', 'localhost'] }],
    ['ip_ranges', { ip_ranges: [] }],
    ['expires_at', { expires_at: 'tomorrow' }],
    ['expires_at', { expires_at: inMs(-1_000) }],
    ['expires_at', { expires_at: inMs(366 * 24 * HOUR) }],
    ['token', { token: 'my-own-token' }],
  ])('refuses a key with a wrong %s', async (field, change) => {
    const application = await admin.application('strict');
    const body = { mode: 'live', scopes: ['verifications'], ...change };
    const answer = await admin.api.post(`/v1/applications/${application}/keys`, body);
    expectRefused(answer, 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ field }]);
    expect((await admin.api.get(`/v1/applications/${application}/keys`)).body.data).toEqual([]);
  });

  it('knows a key only under its own application', async () => {
    const [one, other] = [await admin.application('one'), await admin.application('other')];
    const key = await admin.key(one);
    const wrong = `/v1/applications/${other}/keys/${key.id}`;
    expectRefused(await admin.api.get(wrong), 404, 'not_found');
    expectRefused(await admin.api.post(`${wrong}/rotate`), 404, 'not_found');
    expectRefused(await admin.api.post(`${wrong}/rotate`, ''), 404, 'not_found');
    expectRefused(await admin.api.request('DELETE', wrong), 404, 'not_found');
    expect((await use(key.token)).status).toBe(200);
  });
});

describe('a key', () => {
  let application: string;
  beforeAll(async () => {
    application = await admin.application('keys');
  });

  it('A8: is shown once, and works until it is revoked, everywhere', async () => {
    const { id, token } = await admin.key(application, { name: 'for the tests' });
    for (const at of [service, second]) expect((await use(token, at)).status).toBe(200);
    const shown = await admin.api.get(`/v1/applications/${application}/keys/${id}`);
    expect(shown.body).toMatchObject({ id, name: 'for the tests', mode: 'live', scopes: ['verifications'] });
    expect(shown.text).not.toContain(token);

    await admin.revoke(application, id);
    expectRefused(await use(token), 401, 'key_revoked');
    await soon('the second process to hear of it', token, 'key_revoked');
    expectRefused(await admin.api.get(`/v1/applications/${application}/keys/${id}`), 404, 'not_found');
    expectRefused(await admin.api.request('DELETE', `/v1/applications/${application}/keys/${id}`), 404, 'not_found');
    expect(await redis.client.pttl(keyKey(id))).toBeGreaterThan(0);
  });

  it('is answered by what is wrong: unknown, scope, mode, address', async () => {
    expectRefused(await use(UNKNOWN), 401, 'unauthorized');
    const reader = await admin.key(application, { scopes: ['verifications:read'] });
    expectRefused(await service.as(reader.token).start(freshNumber()), 403, 'forbidden');
    expectRefused(await service.as(reader.token).get('/v1/sandbox/messages?to=%2B14155552671'), 403, 'forbidden');
    const tester = await admin.key(application, { mode: 'test' });
    expect(tester.token).toMatch(/^pl_test_/);
    expect((await service.as(tester.token).get('/v1/sandbox/messages?to=%2B14155552671')).status).toBe(200);
    const far = await admin.key(application, { ip_ranges: ['10.0.0.0/8', '2001:db8::/32'] });
    expectRefused(await use(far.token), 403, 'ip_not_allowed');
    expectRefused(await use(far.token, service, { 'x-forwarded-for': 'nonsense' }), 403, 'ip_not_allowed');
    expect((await use(far.token, second, { 'x-forwarded-for': '10.1.2.3' })).status).toBe(200);
  });

  it('expires, also where it is known already', async () => {
    const { token } = await admin.key(application, { expires_at: inMs(1_500) });
    // On a machine that was too busy for this it has expired already, and what follows still holds.
    expect([200, 401]).toContain((await use(token)).status);
    await until('the key to expire', async () => (await use(token)).body.code === 'key_expired');
  });

  it('A8: is rotated with an overlap, in which both tokens work', async () => {
    const { id, token } = await admin.key(application);
    expect((await use(token, second)).status).toBe(200);
    const rotated = await admin.rotate(application, id);
    expect(rotated).toMatchObject({ id, overlap_until: expect.any(String) as unknown });
    const overlap = Date.parse(rotated.overlap_until!) - Date.now();
    expect(overlap).toBeGreaterThan(23 * HOUR);
    expect(overlap).toBeLessThanOrEqual(24 * HOUR);
    for (const at of [service, second]) {
      expect((await use(token, at)).status).toBe(200);
      expect((await use(rotated.token, at)).status).toBe(200);
    }

    const again = await admin.rotate(application, id, { overlap: 1 });
    expectRefused(await use(token), 401, 'key_revoked');
    await until('the overlap to end', async () => (await use(rotated.token, second)).body.code === 'key_revoked');
    expect((await use(again.token)).status).toBe(200);
    const last = await admin.rotate(application, id, { overlap: 0 });
    expectRefused(await use(again.token), 401, 'key_revoked');
    expect((await use(last.token, second)).status).toBe(200);
  });

  it('that has expired gets a new life by rotation, its old token does not', async () => {
    const { id, token } = await admin.key(application, { expires_at: inMs(HOUR) });
    await redis.client.hset(keyKey(id), 'expires', Date.now() - 1_000);
    expectRefused(await use(token), 401, 'key_expired');
    const rotated = await admin.rotate(application, id, { expires_at: inMs(HOUR) });
    expect((await use(rotated.token)).status).toBe(200);
    expectRefused(await use(token), 401, 'key_revoked');
  });

  it('stays revoked when a rotation comes too late', async () => {
    const { id, token } = await admin.key(application);
    const path = `/v1/applications/${application}/keys/${id}`;
    const [rotation] = await Promise.all([admin.api.post(`${path}/rotate`), admin.api.request('DELETE', path)]);
    const fresh = (rotation.body as unknown as { token?: string }).token;
    for (const one of [token, ...(fresh ? [fresh] : [])]) expectRefused(await use(one), 401, 'key_revoked');
  });

  it('of another application sees nothing of this one', async () => {
    const { id } = (await service.as(LIVE_KEY).start(freshNumber())).body;
    const { token } = await admin.key(application);
    expectRefused(await service.as(token).read(id), 404, 'not_found');
    expectRefused(await service.as(OTHER_KEY).read(id), 404, 'not_found');
  });
});

it('neither Redis, its file nor a log holds a token', async () => {
  const application = await admin.application('secrets');
  const key = await admin.key(application);
  const rotated = await admin.rotate(application, key.id);
  await use(rotated.token);
  const basic = Buffer.from(`${key.id}:${key.token}`).toString('base64');
  await fetch(`${service.url}/v1/token`, { method: 'POST', headers: { authorization: `Basic ${basic}` } });
  const held = JSON.stringify(await redis.dump());
  expect(held).toContain(key.id);
  const file = redis.file();
  expect(file).toContain(key.id);
  for (const text of [held, file, service.log, second.log]) {
    for (const secret of [key.token, rotated.token, key.token.slice(8, 40), basic, ADMIN_KEY]) {
      expect(text).not.toContain(secret);
    }
  }
});
