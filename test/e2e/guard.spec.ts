import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsOf } from '../support/events.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

const key = (id: string, token: string) => ({
  keys: [{ id, token, mode: 'live', scopes: ['verifications', 'webhooks'] }],
  limits: 'off',
});

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url) });
  service = await Service.start({
    redisUrl: redis.url,
    config: {
      ...config,
      applications: {
        shop: {
          ...key('shop-1', LIVE_KEY),
          guard: {
            rules: [{ name: 'addresses', key: 'client_ip', limits: ['2/10m', '9/1d'] }],
            pumping: { pumping_prefix: 'enforce' },
            line_types: { premium: 'enforce' },
          },
        },
        other: {
          ...key('other-1', OTHER_KEY),
          guard: {
            pumping: { pumping_prefix: 'monitor' },
            countries: { DE: 'monitor', channels: { sms: { FR: 'block' } } },
          },
        },
      },
    },
  });
  // Neither of them is new: what is younger than a hundred approvals only watches.
  for (const name of ['shop', 'other']) await redis.client.set(`pl:{g:${name}}:a`, 100);
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

const stranger = (i: number) => `+9945022${String(30_000 + i)}`;
const refused = (answer: { status: number; body: { code: string; limit?: string } }) => ({
  status: answer.status,
  code: answer.body.code,
  limit: answer.body.limit,
});

describe('the guard', () => {
  it('blocks a prefix that nobody confirms, says so in an event, and lifts the block by itself', async () => {
    const api = service.as(LIVE_KEY);
    for (let i = 0; i < 8; i++) expect((await api.start(stranger(i))).status).toBe(201);
    const answer = await api.start(stranger(8));
    expect(refused(answer)).toEqual({ status: 403, code: 'blocked', limit: 'pumping_prefix' });
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1_790);

    const told = await until('the event', async () => {
      const page = await api.get('/v1/events?limit=500');
      const events = page.body.data as unknown as { type: string; data: Record<string, unknown> }[];
      return events.find(({ type }) => type === 'verification.blocked');
    });
    expect(told.data).toMatchObject({ reason: 'pumping_prefix', to: '+99********08', status: 'blocked' });
    expect(gateway.to(stranger(8))).toEqual([]);

    // The block's half hour is over.
    const blocks = await redis.client.hgetall('pl:{g:shop}:b');
    for (const [subject, json] of Object.entries(blocks)) {
      await redis.client.hset('pl:{g:shop}:b', subject, json.replace(/"until":[\d.e+]+/, `"until":${Date.now() - 1}`));
    }
    expect((await api.start(stranger(9))).status).toBe(201);
    const log = await service.wholeLog();
    expect(log).toContain('"rule":"pumping_prefix"');
    expect(log).not.toContain('94502230');
  });

  it('knows a prefix once a code was typed there', async () => {
    const api = service.as(LIVE_KEY);
    const before = await redis.client.keys('pl:{g:shop}:f:*');
    const { id, code } = await startAndReceive(api, gateway);
    expect((await api.check(id, code)).body.result).toBe('approved');
    await until('the approval to be counted', async () => {
      const known = await redis.client.keys('pl:{g:shop}:f:*');
      return known.length === before.length + 1;
    });
    expect(await redis.client.get('pl:{g:shop}:a')).toBe('101');
  });

  it('tells what limits leave, and refuses by their name', async () => {
    const api = service.as(LIVE_KEY);
    const from = { client_ip: '192.0.2.9' };
    const first = await api.start('+4915112345671', from);
    expect(first.body).toMatchObject({ limits: [{ name: 'addresses', left: 1, next_at: null }], guard: [] });
    expect((await api.start('+4915112345672', from)).body).toMatchObject({
      limits: [{ left: 0, next_at: expect.any(String) }],
    });
    const third = await api.start('+4915112345673', from);
    expect(refused(third)).toEqual({ status: 429, code: 'rate_limited', limit: 'addresses' });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(590);
    const next = await api.post(`/v1/verifications/${first.body.id}/next`);
    expect(refused(next)).toEqual({ status: 429, code: 'rate_limited', limit: 'addresses' });

    const own = { limit_keys: [{ name: 'session', value: 'abc', limits: ['1/10m'] }] };
    expect((await api.start('+4915112345674', own)).status).toBe(201);
    expect(refused(await api.start('+4915112345675', own))).toMatchObject({ status: 429, limit: 'session' });
  });

  it('counts a further message by the keys that its start has brought, and keeps them as hashes', async () => {
    const api = service.as(LIVE_KEY);
    const own = { limit_keys: [{ name: 'session', value: 'the-session-itself', limits: ['2/10m'] }] };
    const { id } = await startAndReceive(api, gateway, own);
    const next = () => api.post(`/v1/verifications/${id}/next`);
    expect((await next()).status).toBe(200);
    // Asked for once more before it has begun, it would be the same message.
    await until('the message', async () => (await api.read(id)).body.attempts.length === 2);
    expect(refused(await next())).toEqual({ status: 429, code: 'rate_limited', limit: 'session' });
    expect(JSON.stringify(await redis.dump())).not.toContain('the-session-itself');
  });

  it.each<[string, unknown]>([
    ['limit_keys', []],
    ['limit_keys', Array.from({ length: 6 }, (_, i) => ({ name: `n${i}`, value: 'x', limits: ['1/1s'] }))],
    ['limit_keys.0.value', [{ name: 'a', value: 'x'.repeat(129), limits: ['1/1s'] }]],
    ['limit_keys.0.name', [{ name: 'a b', value: 'x', limits: ['1/1s'] }]],
    ['limit_keys.0.name', [{ name: 'nobody', value: 'x' }]],
    ['limit_keys.1.name', [1, 2].map(() => ({ name: 'a', value: 'x', limits: ['1/1s'] }))],
    ['limit_keys.0.limits', [{ name: 'a', value: 'x', limits: ['1'] }]],
    ['limit_keys.0.limits', [{ name: 'a', value: 'x', limits: ['off'] }]],
  ])('refuses a wrong %s', async (field, limit_keys) => {
    const { status, body } = await service.as(LIVE_KEY).start('+4915112345676', { limit_keys });
    expect(status).toBe(422);
    expect(body.errors?.map((error) => error.field)).toEqual([field]);
  });

  it('refuses premium numbers, calls landlines, and leaves out a channel that a country must not have', async () => {
    const premium = await service.as(LIVE_KEY).start('+499001234567');
    expect(refused(premium)).toEqual({ status: 403, code: 'blocked', limit: 'line_type' });
    expect(premium.headers.get('retry-after')).toBeNull();

    const api = service.as(OTHER_KEY);
    const both = { channels: [{ channel: 'sms' }, { channel: 'voice' }] };
    expect((await api.start('+493012345678', both)).body.channel).toBe('voice');
    expect((await api.start('+33612345678', both)).body.channel).toBe('voice');
    expect(refused(await api.start('+33612345679'))).toEqual({ status: 403, code: 'blocked', limit: 'country' });
  });

  it('sends where it only monitors, and keeps what it would have refused', async () => {
    const api = service.as(OTHER_KEY);
    const { status, body } = await api.start('+4915112345677');
    expect(status).toBe(201);
    const guard = [{ rule: 'country', mode: 'monitor', value: 1, threshold: 1 }];
    expect(body).toMatchObject({ guard });
    expect((await api.read(body.id)).body).toMatchObject({ guard });
    expect((await eventsOf(api, body.id)).map(({ type }) => type)).not.toContain('verification.blocked');
  });
});
