import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Admin, ADMIN_KEY, tokenFor } from '../support/admin.js';
import type { Answer } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, OTHER_KEY, Service } from '../support/service.js';

let redis: TestRedis;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  service = await Service.start({
    redisUrl: redis.url,
    config: configuration({}, { trusted_proxies: ['127.0.0.1'] }),
    env: { PASSLANE_ADMIN_KEY: ADMIN_KEY },
  });
});

afterAll(async () => {
  await service.stop();
  await redis.stop();
});

const from = (ip: string, token: string): Promise<Answer> =>
  service.as(token).request('GET', '/v1/verifications?limit=1', undefined, { 'x-forwarded-for': ip });

async function guess(ip: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await from(ip, `guess-${i}-of-somebody`)).status);
  return statuses;
}

it('unknown keys are refused unseen after twenty in a minute from one address', async () => {
  expect((await from('192.0.2.1', LIVE_KEY)).status).toBe(200);
  const statuses = await guess('192.0.2.1', 21);
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
  expect(statuses[20]).toBe(429);

  const refused = await from('192.0.2.1', 'another-guess-of-somebody');
  expect(refused.body).toMatchObject({ code: 'rate_limited', limit: 'key_failures_per_ip' });
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  // A right guess looks like a wrong one; but whoever was at work there goes on.
  expect((await from('192.0.2.1', OTHER_KEY)).status).toBe(429);
  expect((await from('192.0.2.1', LIVE_KEY)).status).toBe(200);
  expect((await from('192.0.2.2', OTHER_KEY)).status).toBe(200);
});

it('an address is a /64 in IPv6', async () => {
  await guess('2001:db8:0:1::1', 20);
  expect(await guess('2001:db8:0:1:ffff::2', 1)).toEqual([429]);
  expect(await guess('2001:db8:0:2::1', 1)).toEqual([401]);
});

it('guesses of ids and tokens by Basic and of signed tokens count too; what was signed by us is never in doubt', async () => {
  const admin = new Admin(service);
  const key = await admin.key(await admin.application('shop'));
  const basic = await tokenFor(service, key.id, key.token);
  const { access_token: jwt } = (await basic.json()) as { access_token: string };
  for (let i = 0; i < 10; i++) {
    expect((await tokenFor(service, key.id, `guess-${i}`)).status).toBe(401);
    expect((await service.as(`${jwt.slice(0, -4)}0${100 + i}`).get('/v1/verifications?limit=1')).status).toBe(401);
  }
  expect((await tokenFor(service, 'shop-live', 'guess')).status).toBe(429);
  expect((await service.as(`${jwt.slice(0, -4)}0200`).get('/v1/verifications?limit=1')).status).toBe(429);
  expect((await service.as(jwt).get('/v1/verifications?limit=1')).status).toBe(200);
});

it('a key that expired, was revoked or lacks a scope is told so however often it comes', async () => {
  const admin = new Admin(service);
  const application = await admin.application('shop');
  const key = await admin.key(application);
  await admin.revoke(application, key.id);
  for (let i = 0; i < 25; i++) expect((await from('192.0.2.77', key.token)).body.code).toBe('key_revoked');
});
