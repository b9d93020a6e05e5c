import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { Service } from '../support/service.js';
import { until } from '../support/wait.js';
import { idsAt, publish, webhookConfiguration, webhooks } from '../support/webhooks.js';

let redis: TestRedis;
let receiver: Gateway;
let services: Service[];

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
  receiver.behaviour = behaviours.answers(204);
  const options = { redisUrl: redis.url, config: webhookConfiguration() };
  services = await Promise.all([Service.start(options), Service.start(options)]);
});

afterAll(async () => {
  for (const service of services) await service.child.end('SIGKILL');
  await receiver.stop();
  await redis.stop();
});

it('every event arrives, in the order of its verification, although the process that sends is killed (P9)', async () => {
  await webhooks(services[0]!).make(`${receiver.url}/a`);
  const verifications = Array.from({ length: 20 }, () => randomUUID());
  const ids: string[] = [];
  for (let sequence = 1; sequence <= 15; sequence++) {
    for (const verification of verifications) ids.push((await publish(redis.client, { verification, sequence })).id);
    if (sequence === 5) {
      await until('some to arrive', () => receiver.received.length > 0);
      // Which of the two sends is not told: the one that is killed comes back, so both get their turn.
      await services[0]!.child.end('SIGKILL');
      services[0] = await services[0]!.restart();
    }
    if (sequence === 10) {
      await services[1]!.child.end('SIGKILL');
      services[1] = await services[1]!.restart();
    }
  }
  const got = () => [...new Set(idsAt(receiver.received, '/a'))];
  await until('all events', () => got().length >= ids.length, 30_000);
  expect(got().sort()).toEqual([...ids].sort());
  for (const verification of verifications) {
    const own = [...new Set(idsAt(receiver.received, '/a'))].filter((id) => id.includes(verification));
    expect(own.map((id) => Number(id.split('_')[2]))).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  }
});

it('goes on after Redis was away', async () => {
  await redis.kill();
  await redis.run();
  const { id } = await publish(redis.client);
  await until('the event', () => idsAt(receiver.received, '/a').includes(id), 30_000);
});
