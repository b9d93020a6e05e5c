import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { stateKey } from '../../src/store/keys.js';
import { freshNumber, type Api } from '../support/api.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { Monitor } from '../support/monitor.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { tally } from '../support/started.js';
import { until } from '../support/wait.js';

const PLACES = 2;
/** As many as may be on their way, as many in line behind them, and some for the queue. */
const MANY = PLACES * 4;
const QUEUE = '{pl:q}:deliver-gateway';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let api: Api;

/** Requests that the gateway has and has not answered. */
let held: { received: Received; response: ServerResponse }[] = [];

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url, { concurrency: PLACES, timeout: 60 }) });
  service = await Service.start({ redisUrl: redis.url, config });
  api = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

beforeEach(() => {
  gateway.behaviour = behaviours.accepts;
  held = [];
});

function hold(): void {
  gateway.behaviour = (received, response) => {
    held.push({ received, response });
  };
}

function release(): void {
  for (const { received, response } of held.splice(0)) behaviours.accepts(received, response);
}

const statusOf = (id: string) => redis.client.hget(stateKey(id), '1:status');

async function started(): Promise<{ id: string; to: string }> {
  const to = freshNumber();
  return { id: (await api.start(to)).body.id, to };
}

it('needs no job where the process that answers also sends: start, claim, record', async () => {
  // Redis gets each script's source once; from then on it knows them.
  const warm = await started();
  await until('the record', async () => (await statusOf(warm.id)) === 'sent');
  const monitor = await Monitor.start(redis);
  const ids: string[] = [];
  const calls = await monitor.during(async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await started();
      ids.push(id);
      await until('the record', async () => (await statusOf(id)) === 'sent');
    }
  });
  monitor.stop();
  const scripts = calls.filter(
    ({ name, keys }) => name.startsWith('eval') && ids.some((id) => keys[0] === stateKey(id)),
  );
  expect(tally(scripts.map(({ keys }) => keys[0]!))).toEqual(Object.fromEntries(ids.map((id) => [stateKey(id), 3])));
  expect(await redis.client.exists(`${QUEUE}:events`)).toBe(0);
});

it('sends no more at a time than the account allows, its own starts and the queue’s jobs together', async () => {
  hold();
  const all = await Promise.all(Array.from({ length: MANY }, started));
  let most = 0;
  const delivered = async () => {
    most = Math.max(most, held.length);
    // Time for one more, if there were one.
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, held.length);
    release();
    return (await Promise.all(all.map(({ id }) => statusOf(id)))).every((status) => status === 'sent');
  };
  await until('all to be sent', delivered, 30_000);
  expect(most).toBe(PLACES);
  expect(await redis.client.exists(`${QUEUE}:events`)).toBe(1);
  for (const { to } of all) expect(gateway.to(to)).toHaveLength(1);
});

it('is waited for by a process that stops', async () => {
  hold();
  const { id, to } = await started();
  await until('the message', () => held.length === 1);
  const stopped = service.stop();
  await until('the process to be stopping', () => service.log.includes('"stopping"'));
  release();
  expect(await stopped).toBe(0);
  expect(await statusOf(id)).toBe('sent');
  expect(gateway.to(to)).toHaveLength(1);
});
