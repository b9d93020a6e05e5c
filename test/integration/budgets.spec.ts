import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Limits } from '../../src/config/config.js';
import { NO_LIMITS } from '../../src/config/limits.js';
import type { RecipientRef } from '../../src/recipients/lookup.js';
import { failuresKey, sendsKey } from '../../src/store/keys.js';
import { TestRedis } from '../support/redis.js';
import { aMinute, limitsOf, NEW_CODE, nextIn, StoreBench } from '../support/store.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;

const sends = (count: number): Limits => limitsOf({ sends_per_number: aMinute(count) });
const failures = (count: number): Limits => limitsOf({ failures_per_number: aMinute(count) });

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

/** How long a refusal lasts, which must come from this limit. */
function refusedFor(outcome: unknown, limit: string): number {
  expect(outcome).toMatchObject({ kind: 'limited', limit });
  const { retryAfterMs, until } = outcome as { retryAfterMs: number; until: number };
  expect(until).toBeLessThanOrEqual(Date.now() + retryAfterMs);
  return retryAfterMs;
}

/** A time that was told, give or take what this test has taken since. */
function expectAbout(ms: number | undefined, expected: number) {
  expect(ms).toBeLessThanOrEqual(expected);
  expect(ms).toBeGreaterThan(expected - 15_000);
}

describe('sends_per_number', () => {
  it('refuses with its name and time, for this recipient alone, until its oldest send is old enough', async () => {
    const recipient = bench.recipient();
    await startAndCancel(recipient, sends(2));
    await bench.age(sendsKey(recipient), 30_000);
    await startAndCancel(recipient, sends(2));
    const before = await redis.client.dbsize();
    const times = await redis.client.lrange(sendsKey(recipient), 0, -1);
    expectAbout(refusedFor(await start(recipient, sends(2)), 'sends_per_number'), 30_000);
    expect(await redis.client.dbsize()).toBe(before);
    expect(await redis.client.lrange(sendsKey(recipient), 0, -1)).toEqual(times);
    expect(await start(bench.recipient(), sends(2))).toMatchObject({ kind: 'created', allowance: { left: 1 } });

    // The window slides: one has left it, the other has not.
    await bench.age(sendsKey(recipient), 30_000);
    await startAndCancel(recipient, sends(2));
    expectAbout(refusedFor(await start(recipient, sends(2)), 'sends_per_number'), 30_000);
  });

  it('asks every limit, and tells the longest time', async () => {
    const recipient = bench.recipient();
    const limits = limitsOf({ sends_per_number: [...aMinute(2), { count: 3, seconds: 3_600 }] });
    await startAndCancel(recipient, limits);
    await startAndCancel(recipient, limits);
    expectAbout(refusedFor(await start(recipient, limits), 'sends_per_number'), MINUTE);
    await bench.age(sendsKey(recipient), MINUTE);
    await startAndCancel(recipient, limits);
    expectAbout(refusedFor(await start(recipient, limits), 'sends_per_number'), HOUR - MINUTE);
    await bench.age(sendsKey(recipient), HOUR - MINUTE);
    await startAndCancel(recipient, limits);
    // Three, and no more: what nobody asks about is not kept.
    expect(await redis.client.llen(sendsKey(recipient))).toBe(3);
    expectAbout(await redis.client.pttl(sendsKey(recipient)), HOUR);
  });

  it('counts continuations, and a refused one changes nothing', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { limits: sends(2) });
    const again = bench.continuation(id, recipient, { limits: sends(2) });
    expect(await bench.verifications.continue(again)).toMatchObject({ kind: 'continued', allowance: { left: 0 } });
    const fields = await bench.fields(id);
    refusedFor(await bench.verifications.continue({ ...again, code: NEW_CODE }), 'sends_per_number');
    expect(await bench.fields(id)).toEqual(fields);
    await bench.verifications.cancel('shop', id);
    refusedFor(await start(recipient, sends(2)), 'sends_per_number');
  });

  it('counts next steps that are asked for, and none that come by themselves', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { limits: sends(2) });
    const apply = async (budget?: { recipient: RecipientRef; limits: Limits }) => {
      const { revision } = await bench.state(id);
      const decision = { delivery: 'queued', confirmed: false, next: nextIn(0) } as const;
      return bench.deliveries.apply({ id, revision, ...decision, budget });
    };
    await apply();
    expect(await redis.client.llen(sendsKey(recipient))).toBe(1);
    await apply({ recipient, limits: sends(2) });
    refusedFor(await apply({ recipient, limits: sends(2) }), 'sends_per_number');
    expect(await redis.client.llen(sendsKey(recipient))).toBe(2);
  });

  it('lets exactly five of a hundred parallel starts pass, whatever they are for', async () => {
    const recipient = bench.recipient();
    const slots = Array.from({ length: 100 }, (_, i) => `slot-${i}`);
    const outcomes = await Promise.all(slots.map((slot) => start(recipient, sends(5), slot)));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(5);
    for (const outcome of outcomes) if (outcome.kind !== 'created') refusedFor(outcome, 'sends_per_number');
    expect(await redis.client.llen(sendsKey(recipient))).toBe(5);
  });
});

describe('send_wait', () => {
  const limits = limitsOf({ send_wait: [30, 60] });

  it('grows with the sends of the last hour, and its last figure stays', async () => {
    const recipient = bench.recipient();
    for (const wait of [30_000, MINUTE, MINUTE]) {
      await startAndCancel(recipient, limits);
      const left = refusedFor(await start(recipient, limits), 'send_wait');
      expectAbout(left, wait);
      await bench.age(sendsKey(recipient), left);
    }
    await bench.age(sendsKey(recipient), HOUR);
    await startAndCancel(recipient, limits);
    expectAbout(refusedFor(await start(recipient, limits), 'send_wait'), 30_000);
  });

  it('holds for continuations, and gives way to a limit that refuses for longer', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, { limits });
    const again = (more: Partial<Limits>) =>
      bench.verifications.continue(bench.continuation(id, recipient, { limits: { ...limits, ...more } }));
    expectAbout(refusedFor(await again({}), 'send_wait'), 30_000);
    expectAbout(refusedFor(await again({ sends_per_number: aMinute(1) }), 'sends_per_number'), MINUTE);
    expectAbout(refusedFor(await again({ sends_per_number: [{ count: 1, seconds: 1 }] }), 'send_wait'), 30_000);
  });

  it('looks back as far as its longest wait', async () => {
    const recipient = bench.recipient();
    const daily = limitsOf({ send_wait: [86_400] });
    await startAndCancel(recipient, daily);
    await bench.age(sendsKey(recipient), 2 * HOUR);
    expectAbout(refusedFor(await start(recipient, daily), 'send_wait'), 22 * HOUR);
  });
});

describe('failures_per_number', () => {
  it('locks at its end and refuses starts and continuations until its oldest failure is old enough', async () => {
    const recipient = bench.recipient();
    const other = await bench.created(recipient, { limits: failures(3), slot: 'payment' });
    const id = await bench.created(recipient, { limits: failures(3) });
    expect(await bench.check(id, false, failures(3))).toBe('incorrect');
    await bench.age(failuresKey(recipient), 30_000);
    for (let i = 0; i < 2; i++) expect(await bench.check(id, false, failures(3))).toBe('incorrect');
    expect(await bench.state(id)).toMatchObject({ status: 'locked', checks: { made: 3 } });
    expectAbout(refusedFor(await start(recipient, failures(3)), 'failures_per_number'), 30_000);
    const again = bench.continuation(other, recipient, { limits: failures(3) });
    refusedFor(await bench.verifications.continue(again), 'failures_per_number');

    await bench.age(failuresKey(recipient), 30_000);
    const next = await bench.created(recipient, { limits: failures(3) });
    expect(await bench.check(next, false, failures(3))).toBe('incorrect');
    expect(await bench.state(next)).toMatchObject({ status: 'locked', checks: { made: 1 } });
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
    expect(await redis.client.llen(failuresKey(recipient))).toBe(3);
  });

  it('counts a replaced code too', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.verifications.continue(bench.continuation(id, recipient, { code: NEW_CODE }));
    expect(await bench.check(id, true, failures(3))).toBe('replaced');
    expect(await redis.client.llen(failuresKey(recipient))).toBe(1);
  });
});

describe('what is left', () => {
  const told = async (id: string, limits: Limits) => {
    const { allowance, now } = (await bench.verifications.read(id, limits))!;
    return { left: allowance.left, in: allowance.nextAt === undefined ? undefined : allowance.nextAt - now };
  };

  it('is the least that a window leaves, and the time at which nothing refuses any more', async () => {
    const recipient = bench.recipient();
    const limits = limitsOf({ sends_per_number: [...aMinute(3), { count: 4, seconds: 3_600 }], send_wait: [30] });
    const id = await bench.created(recipient, { limits });
    const first = await told(id, limits);
    expect(first.left).toBe(2);
    expectAbout(first.in, 30_000);
    await bench.age(sendsKey(recipient), 30_000);
    expect(await told(id, limits)).toEqual({ left: 2, in: undefined });

    await bench.age(sendsKey(recipient), MINUTE);
    await bench.verifications.continue(bench.continuation(id, recipient, { limits }));
    expect((await told(id, limits)).left).toBe(2);
    const guessed = limitsOf({ ...limits, failures_per_number: aMinute(1) });
    await bench.check(id, false, guessed);
    const locked = await told(id, guessed);
    expect(locked.left).toBe(2);
    expectAbout(locked.in, MINUTE);
  });

  it('is told without limits by saying nothing', async () => {
    expect(await told(await bench.created(), NO_LIMITS)).toEqual({ left: undefined, in: undefined });
  });
});

it('refuses nothing and counts nothing when limits are off', async () => {
  const recipient = bench.recipient();
  for (let i = 0; i < 20; i++) await startAndCancel(recipient, NO_LIMITS);
  const id = await bench.created(recipient, { maxChecks: 100 });
  for (let i = 0; i < 20; i++) expect(await bench.check(id, false, NO_LIMITS)).toBe('incorrect');
  expect(await redis.client.exists(sendsKey(recipient), failuresKey(recipient))).toBe(0);
  expect((await bench.state(id)).status).toBe('pending');
});
