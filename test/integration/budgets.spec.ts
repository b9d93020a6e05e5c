import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Limits } from '../../src/config/config.js';
import type { RecipientRef } from '../../src/recipients/lookup.js';
import { failuresKey, pendingKey, sendsKey } from '../../src/store/keys.js';
import { TestRedis } from '../support/redis.js';
import { NEW_CODE, StoreBench } from '../support/store.js';
import { until } from '../support/wait.js';

const sends = (count: number): Limits => ({ sends_per_number: { count, seconds: 60 }, failures_per_number: null });
const failures = (count: number): Limits => ({ sends_per_number: null, failures_per_number: { count, seconds: 60 } });

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

const start = (recipient: RecipientRef, limits: Limits, slot = 'login') =>
  bench.verifications.start(bench.newVerification(recipient, { limits, slot }));

/** Starts one and ends it, so that the next start is a new one. */
async function startAndCancel(recipient: RecipientRef, limits: Limits) {
  await bench.verifications.cancel('shop', await bench.created(recipient, { limits }));
}

/** Ends a budget's window now instead of waiting for it. */
async function endWindow(key: string) {
  expect(await redis.client.pexpire(key, 1)).toBe(1);
  await until('the window to end', async () => (await redis.client.exists(key)) === 0);
}

function expectRefusal(outcome: { kind: string }, limit: string) {
  expect(outcome).toMatchObject({ kind: 'limited', limit });
  const { retryAfterMs } = outcome as { kind: string; retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
}

describe('sends_per_number', () => {
  it('refuses with its name and time, for this recipient alone, until its window ends', async () => {
    const recipient = bench.recipient();
    await startAndCancel(recipient, sends(2));
    await startAndCancel(recipient, sends(2));
    const before = await redis.client.dbsize();
    expectRefusal(await start(recipient, sends(2)), 'sends_per_number');
    expect(await redis.client.dbsize()).toBe(before);
    expect(await redis.client.get(sendsKey(recipient))).toBe('2');
    expect(await start(bench.recipient(), sends(2))).toMatchObject({ kind: 'created', sendsUsed: { count: 1 } });

    await endWindow(sendsKey(recipient));
    expect(await start(recipient, sends(2))).toMatchObject({ kind: 'created', sendsUsed: { count: 1 } });
  });

  it('counts continuations, and a refused one changes nothing', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { limits: sends(2) });
    const again = bench.continuation(id, recipient, { limits: sends(2) });
    expect(await bench.verifications.continue(again)).toMatchObject({ kind: 'continued', sendsUsed: { count: 2 } });
    const fields = await bench.fields(id);
    expectRefusal(await bench.verifications.continue({ ...again, code: NEW_CODE }), 'sends_per_number');
    expect(await bench.fields(id)).toEqual(fields);
    await bench.verifications.cancel('shop', id);
    expectRefusal(await start(recipient, sends(2)), 'sends_per_number');
  });

  it('starts its window with the first send and never moves it', async () => {
    const recipient = bench.recipient();
    await startAndCancel(recipient, sends(5));
    await redis.client.pexpire(sendsKey(recipient), 20_000);
    await startAndCancel(recipient, sends(5));
    expect(await redis.client.pttl(sendsKey(recipient))).toBeLessThanOrEqual(20_000);
  });

  it('says how much is used and until when', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { limits: sends(5) });
    const stored = await bench.verifications.read(id);
    expect(stored?.sendsUsed.count).toBe(1);
    expect(stored!.sendsUsed.until - Date.now()).toBeGreaterThan(50_000);
    expect(stored!.sendsUsed.until - Date.now()).toBeLessThanOrEqual(60_000);
  });
});

describe('failures_per_number', () => {
  it('locks at its end and refuses starts and continuations until its window ends', async () => {
    const recipient = bench.recipient();
    const other = await bench.created(recipient, { limits: failures(3), slot: 'payment' });
    const id = await bench.created(recipient, { limits: failures(3) });
    for (let i = 0; i < 3; i++) expect(await bench.check(id, false, failures(3))).toBe('incorrect');
    expect(await bench.state(id)).toMatchObject({ status: 'locked', checks: { made: 3 } });
    expectRefusal(await start(recipient, failures(3)), 'failures_per_number');
    const again = bench.continuation(other, recipient, { limits: failures(3) });
    expectRefusal(await bench.verifications.continue(again), 'failures_per_number');

    await endWindow(failuresKey(recipient));
    expect(await start(recipient, failures(3))).toMatchObject({ kind: 'created' });
  });

  it('compares nothing once it is used up, in any verification of the recipient', async () => {
    const recipient = bench.recipient();
    const [login, payment] = [await bench.created(recipient), await bench.created(recipient, { slot: 'payment' })];
    for (let i = 0; i < 3; i++) await bench.check(login, false, failures(3));
    expect(await bench.check(payment, true, failures(3))).toBe('locked');
    expect(await bench.state(payment)).toMatchObject({ status: 'locked', checks: { made: 0 } });
  });

  it('is not refilled by a right code, a new start or a continuation', async () => {
    const recipient = bench.recipient();
    const first = await bench.created(recipient);
    expect(await bench.check(first, false, failures(3))).toBe('incorrect');
    expect(await bench.check(first, true, failures(3))).toBe('approved');
    const second = await bench.created(recipient);
    expect(await bench.check(second, false, failures(3))).toBe('incorrect');
    await bench.verifications.continue(bench.continuation(second, recipient, { code: NEW_CODE }));
    expect(await bench.check(second, false, failures(3))).toBe('incorrect');
    expect((await bench.state(second)).status).toBe('locked');
    expect(await redis.client.get(failuresKey(recipient))).toBe('3');
  });

  it('counts a replaced code too', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.verifications.continue(bench.continuation(id, recipient, { code: NEW_CODE }));
    expect(await bench.check(id, true, failures(3))).toBe('replaced');
    expect(await redis.client.get(failuresKey(recipient))).toBe('1');
  });
});

it('refuses nothing and counts nothing when limits are off', async () => {
  const recipient = bench.recipient();
  const off = { sends_per_number: null, failures_per_number: null };
  for (let i = 0; i < 20; i++) await startAndCancel(recipient, off);
  const id = await bench.created(recipient, { maxChecks: 100 });
  for (let i = 0; i < 20; i++) expect(await bench.check(id, false, off)).toBe('incorrect');
  expect(await redis.client.exists(sendsKey(recipient), failuresKey(recipient))).toBe(0);
  expect((await bench.state(id)).status).toBe('pending');
});

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
    expect(await start(recipient, sends(9))).toEqual({ kind: 'pending', id });
    if (status === 'approved') await bench.check(id, true);
    if (status === 'canceled') await bench.verifications.cancel('shop', id);
    if (status === 'locked') await bench.check(id, false);
    if (status === 'expired') {
      await bench.edit(id, { expires: Date.now() - 1 });
      await bench.makeDue(id);
      await bench.deliveries.lease('a7', 1_000);
    }
    expect(await pointer(recipient)).toBeNull();
    expect(await start(recipient, sends(9))).toMatchObject({ kind: 'created' });
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
