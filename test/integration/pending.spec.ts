import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecipientRef } from '../../src/recipients/lookup.js';
import { pendingKey } from '../../src/store/keys.js';
import { TestRedis } from '../support/redis.js';
import { StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

it('keeps the first final status', async () => {
  const canceled = await bench.created();
  expect(await bench.verifications.cancel('shop', canceled)).toEqual({ canceled: true, status: 'canceled' });
  expect(await bench.check(canceled, true)).toBe('canceled');
  expect(await bench.verifications.cancel('shop', canceled)).toEqual({ canceled: false, status: 'canceled' });
  const approved = await bench.created();
  expect(await bench.check(approved, true)).toBe('approved');
  expect(await bench.verifications.cancel('shop', approved)).toEqual({ canceled: false, status: 'approved' });
  expect(await bench.verifications.cancel('another', approved)).toBeUndefined();
  const expired = await bench.created();
  await bench.edit(expired, { expires: Date.now() - 1 });
  expect(await bench.verifications.cancel('shop', expired)).toEqual({ canceled: false, status: 'expired' });
});

describe('the pending pointer', () => {
  const pointer = (recipient: RecipientRef) => redis.client.get(pendingKey(recipient, 'login'));

  it.each(['approved', 'canceled', 'locked', 'expired'])('is removed once it is %s', async (status) => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { maxChecks: 1 });
    expect(await pointer(recipient)).toBe(id);
    expect(await bench.verifications.start(bench.newVerification(recipient))).toEqual({ kind: 'pending', id });
    if (status === 'approved') await bench.check(id, true);
    if (status === 'canceled') await bench.verifications.cancel('shop', id);
    if (status === 'locked') await bench.check(id, false);
    if (status === 'expired') {
      await bench.edit(id, { expires: Date.now() - 1 });
      await bench.makeDue(id);
      await bench.deliveries.lease('a7', 1_000);
    }
    expect(await pointer(recipient)).toBeNull();
    expect(await bench.verifications.start(bench.newVerification(recipient))).toMatchObject({ kind: 'created' });
  });

  it('is never taken from another verification', async () => {
    const recipient = bench.recipient();
    const old = await bench.created(recipient);
    // As when Redis has dropped the pointer at its expiry, and nobody has ended the verification yet.
    await redis.client.del(pendingKey(recipient, 'login'));
    const id = await bench.created(recipient);
    expect(await bench.verifications.cancel('shop', old)).toEqual({ canceled: true, status: 'canceled' });
    expect(await pointer(recipient)).toBe(id);
  });

  it('leads over from an expired verification, which ends, to the new one', async () => {
    const recipient = bench.recipient();
    const old = await bench.created(recipient);
    await bench.edit(old, { expires: Date.now() - 1 });
    const id = await bench.created(recipient);
    expect(await pointer(recipient)).toBe(id);
    expect(await bench.fields(old)).toMatchObject({ status: 'expired' });
    expect(await bench.dueAt(old)).toBeUndefined();
  });

  it('keeps slots and recipients apart', async () => {
    const recipient = bench.recipient();
    await bench.created(recipient);
    await bench.created(recipient, { slot: 'payment' });
    await bench.created(bench.recipient());
  });
});
