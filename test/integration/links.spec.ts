import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/config.js';
import { ReceiptService } from '../../src/delivery/receipts/receipt.service.js';
import { ReceiptStore } from '../../src/store/receipt.store.js';
import { TestRedis } from '../support/redis.js';

const DAY = 86_400_000;

let redis: TestRedis;

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterAll(() => redis.stop());

it.each([
  ['shop', 90],
  ['an application that the file does not have', 1],
])('a message of %s is found by its id as long as its record can be there', async (application, days) => {
  const config = { applications: new Map([['shop', { retention: { recordMs: 90 * DAY } }]]) } as unknown as Config;
  const nothing = undefined as never;
  const receipts = new ReceiptService(
    config,
    nothing,
    nothing,
    nothing,
    nothing,
    nothing,
    new ReceiptStore(redis.client),
    nothing,
    nothing,
    nothing,
  );
  await receipts.link('gateway', 'm-1', 'an attempt', application);
  const [key] = await redis.client.keys('pl:{m*}:a');
  const life = await redis.client.pttl(key!);
  // A code lives for a day at most.
  expect(life).toBeLessThanOrEqual((days + 1) * DAY);
  expect(life).toBeGreaterThan((days + 1) * DAY - 60_000);
  await redis.client.del(key!);
});
