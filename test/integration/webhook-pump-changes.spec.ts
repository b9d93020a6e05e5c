import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { behaviours, Gateway } from '../support/gateway.js';
import { PumpBench } from '../support/pump.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';
import { publish } from '../support/webhooks.js';

const HOUR = 3_600_000;

let redis: TestRedis;
let receiver: Gateway;
let bench: PumpBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
});

beforeEach(async () => {
  await redis.client.flushall();
  receiver.received.length = 0;
  bench = new PumpBench(redis);
});

afterEach(() => bench.close());

afterAll(async () => {
  await receiver.stop();
  await redis.stop();
});

const url = (path: string): string => receiver.url + path;

describe('the pump', () => {
  it('sends nothing more to a webhook that was deleted, however much waits for it', async () => {
    const id = await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const held: ServerResponse[] = [];
    receiver.behaviour = (_, response) => held.push(response);
    for (let i = 0; i < 100; i++) await publish(redis.client);
    await pump.tick();
    await until('as many as are sent at a time', () => held.length === 32);
    await bench.webhooks.delete('shop', id);
    await bench.look(pump);
    receiver.behaviour = behaviours.answers(200);
    for (const response of held) response.end();
    await pump.settled();
    expect(receiver.received).toHaveLength(32);
  });

  it('lets go of an application whose last webhook is deleted, and takes the next one', async () => {
    const id = await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const keep = () => bench.queue.hold('shop', pump.token, true, 60_000);
    expect((await keep()).kind).toBe('held');
    await bench.webhooks.delete('shop', id);
    expect((await keep()).kind).toBe('none');
    expect(await redis.client.exists('pl:{ev:shop}:wk')).toBe(0);
    expect(await bench.pump()).toBeUndefined();
    await bench.webhook(url('/b'));
    expect(await bench.pump()).toBeDefined();
  });

  it('tells of each pause of a webhook by an event of its own', async () => {
    const id = await bench.webhook(url('/down'));
    await bench.webhook(url('/b'), { events: ['webhook.paused'] });
    receiver.behaviour = (received, response) => {
      behaviours.answers(received.url === '/b' ? 200 : 503)(received, response);
    };
    const pump = (await bench.pump())!;
    const told = () => receiver.received.filter((one) => one.url === '/b').map(({ body }) => body);
    for (const pauses of [1, 2]) {
      await publish(redis.client);
      for (let hours = 0; hours < 36; hours++) {
        bench.pass(HOUR);
        await bench.run(pump);
      }
      const stored = await bench.stored(id);
      expect(stored).toMatchObject({ status: 'paused', pauses });
      await bench.webhooks.save('shop', id, stored.settings, stored, 'active');
    }
    expect(told()).toMatchObject([
      { id: `evt_${id}_1`, sequence: 1 },
      { id: `evt_${id}_2`, sequence: 2 },
    ]);
  });
});
