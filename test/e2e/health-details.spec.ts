import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { peer as ugsms } from '../peers/ugsms.js';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const ADMIN_KEY = 'key_of_who_runs_the_service_01';

interface Details {
  readonly redis: string;
  readonly redis_server: object | null;
  readonly queue_age_seconds: number | null;
  readonly queue: string;
  readonly accounts: { name: string; resting: boolean; balance: { amount: number } | null }[];
}

describe('GET /health/details', () => {
  let redis: TestRedis;
  let vendor: Gateway;
  let broken: Gateway;
  let service: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    [vendor, broken] = [await Gateway.start(), await Gateway.start()];
    vendor.behaviour = ugsms.accepts;
    broken.behaviour = behaviours.answers(500);
    const config = configuration({
      broken: httpAccount(broken.url, { channels: ['sms'] }),
      uganda: { use: 'ugsms', settings: ugsms.settings(vendor.url) },
      strange: { use: 'ugsms', settings: { ...ugsms.settings(vendor.url), key: 'a-key-that-was-revoked' } },
    });
    const keys = [{ id: 'admin', token: ADMIN_KEY, mode: 'live', scopes: ['admin'] }];
    Object.assign(config.applications as object, { operator: { keys } });
    config.routes = { sms: { default: ['broken', 'uganda', 'sandbox'] } };
    service = await Service.start({ redisUrl: redis.url, config });
  });

  afterAll(async () => {
    // Redis is gone: what a provider has answered last would be kept for as long as a stopping process may wait.
    await service.child.end('SIGKILL');
    await vendor.stop();
    await broken.stop();
    await redis.stop();
  });

  const read = async (): Promise<Details> => {
    const { status, text } = await service.as(ADMIN_KEY).get('/health/details');
    expect(status).toBe(200);
    return JSON.parse(text) as Details;
  };

  it('is for nobody else', async () => {
    expect((await service.as('key_of_somebody_else_0123456').get('/health/details')).status).toBe(401);
    const answer = await service.as(LIVE_KEY).get('/health/details');
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(answer.text).not.toContain('uganda');
    expect(await fetch(`${service.url}/health/details`).then(({ status }) => status)).toBe(401);
  });

  it('shows each account with what is left of its money', async () => {
    const nothing = { queue_age_seconds: 0, resting: false, balance: null, balance_error: null };
    expect(await read()).toEqual({
      redis: 'up',
      redis_server: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        mode: redis.mode,
        role: 'master',
        replicas: redis.replicas,
        append_only: true,
        append_fsync: 'everysec',
        eviction_policy: 'noeviction',
        used_memory: expect.any(Number),
        max_memory: 0,
      },
      queue: 'up',
      queue_age_seconds: 0,
      event_loop_late_ms: expect.any(Number),
      accounts: [
        { ...nothing, name: 'broken', use: 'http', channels: ['sms'] },
        {
          ...nothing,
          name: 'uganda',
          use: 'ugsms',
          channels: ['sms'],
          balance: { amount: 990.5, currency: 'UGX', at: expect.any(String) },
        },
        { ...nothing, name: 'strange', use: 'ugsms', channels: ['sms'], balance_error: 'misconfigured' },
        { ...nothing, name: 'sandbox', use: 'sandbox', channels: expect.any(Array) },
      ],
    });
    const asked = vendor.received.length;
    expect(asked).toBe(2);
    await read();
    expect(vendor.received).toHaveLength(asked);
  });

  it('shows which account rests', async () => {
    await until('the account to rest', async () => {
      await service.as(LIVE_KEY).start(freshNumber());
      return (await read()).accounts.find(({ name }) => name === 'broken')?.resting;
    });
    expect((await read()).accounts.find(({ name }) => name === 'uganda')?.resting).toBe(false);
  });

  it('answers while Redis is away, and says so', async () => {
    await redis.stop();
    await until('both to be down', async () => {
      const { redis: state, queue } = await read();
      return state === 'down' && queue === 'down';
    });
    const { accounts, redis_server, queue_age_seconds } = await read();
    expect(accounts[1]!.balance?.amount).toBe(990.5);
    expect([redis_server, queue_age_seconds]).toEqual([null, null]);
  });
});
