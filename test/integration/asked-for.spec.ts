import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_LIMITS } from '../../src/config/limits.js';
import type { Claim } from '../../src/store/delivery.store.js';
import { TestRedis } from '../support/redis.js';
import { failed, nextIn, sent, StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

/** The first message was delivered, which ended the plan; the caller has asked for step 1, and a worker has it. */
async function askedFor(): Promise<Claim> {
  const recipient = bench.recipient();
  const id = await bench.created(recipient);
  await bench.records(await bench.claimed(id), sent({ delivery: 'delivered', confirmed: true }));
  const budget = { recipient, limits: NO_LIMITS };
  await apply(id, { next: nextIn(0), budget });
  return bench.claimed(id);
}

async function apply(id: string, more: object): Promise<void> {
  const { revision } = await bench.state(id);
  const outcome = await bench.deliveries.apply({
    id,
    revision,
    delivery: 'delivered',
    confirmed: true,
    next: 'keep',
    ...more,
  });
  expect(outcome).not.toBe('changed');
}

const delivered = (attempt: number) => ({ receipt: { attempt, status: 'delivered' } });
const refused = failed({ next: nextIn(0), delivery: 'delivered', confirmed: true });
const wanted = async (id: string) => (await bench.state(id)).next?.wanted;

describe('a message that was asked for after a confirmation, and was refused', () => {
  it('is tried over the next account, and over the one after that', async () => {
    const claim = await askedFor();
    expect(claim.state.attempts.at(-1)).toMatchObject({ n: 2, wanted: 'asked' });
    for (const one of [claim, undefined]) {
      expect(await bench.records(one ?? (await bench.claimed(claim.id)), refused)).toBe(true);
      expect(await wanted(claim.id)).toBe('retry');
    }
    expect((await bench.claimed(claim.id)).state.attempts.at(-1)).toMatchObject({ n: 4, wanted: 'retry' });
  });

  it.each([
    ['its receipt', 'sent', 2],
    ['the receipt of the account before', 'maybe_sent', 3],
  ] as const)('is decided on again when %s was faster than the vendor’s answer', async (_, status, attempt) => {
    let claim = await askedFor();
    if (attempt === 3) {
      await bench.records(claim, { ...refused, status });
      claim = await bench.claimed(claim.id);
    }
    await apply(claim.id, delivered(2));
    const attempts = attempt === 3 ? [{}, { status: 'delivered' }, {}] : [{}, { status: 'delivered' }];
    expect(await bench.deliveries.record(claim, refused)).toMatchObject({ state: { attempts } });
    expect((await bench.state(claim.id)).next).toBeUndefined();
  });
});
