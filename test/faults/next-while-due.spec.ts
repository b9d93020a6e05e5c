import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshNumber, type Api, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, next, pass, report, reportingAccount } from '../support/failover.js';
import { Gateway, type Received } from '../support/gateway.js';
import { freePort } from '../support/ports.js';
import { TestRedis } from '../support/redis.js';
import { LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const CHANNELS = [
  { channel: 'sms', wait: 20 },
  { channel: 'whatsapp', wait: 30 },
  { channel: 'sms', wait: 30 },
];

let redis: TestRedis;
let gateway: Gateway;
let front: Service;
let worker: Service;
let shop: Api;

let id: string;
let to: string;
let first: Received;

const view = async (): Promise<Verification> => (await shop.read(id)).body;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const port = await freePort();
  const options = { redisUrl: redis.url, config: failoverConfiguration({ gateway: reportingAccount(gateway) }) };
  const env = { PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}` };
  [front, worker] = await Promise.all([
    Service.start({ ...options, port, env: { ...env, PASSLANE_ROLE: 'api' } }),
    Service.start({ ...options, env: { ...env, PASSLANE_ROLE: 'worker' } }),
  ]);
  shop = front.as(LIVE_KEY);
});

afterAll(async () => {
  await front.stop();
  await worker.child.end('SIGKILL');
  await gateway.stop();
  await redis.stop();
});

/** The first message is there; the worker has stopped, and the plan's second step has become due. */
beforeEach(async () => {
  to = freshNumber();
  id = (await shop.start(to, { channels: CHANNELS })).body.id;
  first = await messageOf(gateway, shop, id, to, 1);
  worker.child.signal('SIGSTOP');
  await pass(redis, id, 21_000);
});

async function expectMessages(...channels: string[]): Promise<void> {
  worker.child.signal('SIGCONT');
  await messageOf(gateway, shop, id, to, channels.length);
  expect(gateway.to(to).map(({ body }) => body.channel)).toEqual(channels);
}

describe('POST next while a step is due that no worker has begun', () => {
  it('makes it the caller’s: a receipt that confirms the message before does not drop it', async () => {
    expect(await next(shop, id)).toMatchObject({ status: 200, body: { sends: { made: 2 } } });
    expect((await report(first, 'DELIVRD')).ok).toBe(true);
    await until('the receipt', async () => (await view()).delivery === 'delivered');
    await expectMessages('sms', 'whatsapp');
  });

  it('without the wish that receipt drops it', async () => {
    expect((await report(first, 'DELIVRD')).ok).toBe(true);
    await until('the receipt', async () => (await view()).next_at === null);
    worker.child.signal('SIGCONT');
  });

  it('asks for one message, however often it comes', async () => {
    for (let i = 0; i < 3; i++) expect((await next(shop, id)).body.sends).toMatchObject({ made: 2 });
    await expectMessages('sms', 'whatsapp');
    expect((await view()).attempts).toHaveLength(2);
  });
});
