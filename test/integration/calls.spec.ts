import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CallStore } from '../../src/store/call.store.js';
import { NO_LIMITS } from '../../src/config/limits.js';
import { TestRedis } from '../support/redis.js';
import { aMinute, limitsOf, NEW_CODE, RIGHT, StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;
let calls: CallStore;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
  calls = new CallStore(redis.client);
});

afterAll(() => redis.stop());

beforeEach(async () => {
  await redis.client.flushall();
});

const leaseRunsOut = () => redis.client.hset('pl:{i:call}', 'until', Date.now() - 1);

describe('a call', () => {
  it('is given to one of many, and to nobody with another body', async () => {
    const claims = await Promise.all(Array.from({ length: 50 }, () => calls.claim('call', 'print')));
    expect(claims.filter(({ kind }) => kind === 'run')).toEqual([{ kind: 'run', run: 1 }]);
    expect(claims.filter(({ kind }) => kind === 'running')).toHaveLength(49);
    expect(await calls.claim('call', 'other')).toEqual({ kind: 'reused' });
    await calls.keep('call', 'sealed');
    expect(await calls.claim('call', 'other')).toEqual({ kind: 'reused' });
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'answered', answer: 'sealed' });
  });

  it('is given again when whoever had it is silent; the first answer stays', async () => {
    await calls.claim('call', 'print');
    await leaseRunsOut();
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'run', run: 2 });
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'running' });
    await calls.keep('call', 'of the late one');
    await calls.keep('call', 'of the second');
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'answered', answer: 'of the late one' });
  });

  it('that was refused is forgotten, with its body', async () => {
    await calls.claim('call', 'print');
    await calls.release('call', 1, true);
    expect(await redis.client.keys('*')).toEqual([]);
    expect(await calls.claim('call', 'other')).toEqual({ kind: 'run', run: 1 });
  });

  it('that has failed may be made again at once, but only with its body: it may have had an effect', async () => {
    await calls.claim('call', 'print');
    await calls.release('call', 1, false);
    expect(await calls.claim('call', 'other')).toEqual({ kind: 'reused' });
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'run', run: 2 });
    // Nor is it forgotten when a later run is refused: the first may have had an effect.
    await calls.release('call', 2, true);
    expect(await calls.claim('call', 'other')).toEqual({ kind: 'reused' });
  });

  it('is not taken from its second run by the end of the first', async () => {
    await calls.claim('call', 'print');
    await leaseRunsOut();
    await calls.claim('call', 'print');
    await calls.release('call', 1, true);
    expect(await calls.claim('call', 'print')).toEqual({ kind: 'running' });
  });

  it('is remembered for longer than its effect, and for a day from its answer', async () => {
    const hours = async () => Math.round((await redis.client.pttl('pl:{i:call}')) / 3_600_000);
    await calls.claim('call', 'print');
    expect(await hours()).toBe(25);
    await calls.keep('call', 'sealed');
    expect(await hours()).toBe(24);
    await calls.keep('gone', 'sealed');
    expect(await redis.client.exists('pl:{i:gone}')).toBe(0);
  });
});

describe('a script that is called again by the same call', () => {
  it('starts nothing, and gives the verification that it has started', async () => {
    const recipient = bench.recipient();
    const [first, second] = [bench.newVerification(recipient), bench.newVerification(recipient)];
    const outcome = await bench.verifications.start({ ...first, once: 'call' });
    expect(outcome).toMatchObject({ kind: 'created', id: first.id });
    await bench.verifications.cancel('shop', first.id);
    expect(await bench.verifications.start({ ...second, once: 'call' })).toEqual(outcome);
    expect(await bench.verifications.read(second.id)).toBeUndefined();
    expect(await bench.verifications.start({ ...second, once: 'another' })).toMatchObject({ id: second.id });
  });

  it('remembers nothing of what was refused', async () => {
    const recipient = bench.recipient();
    const limits = limitsOf({ sends_per_number: aMinute(1) });
    await bench.created(recipient, { limits });
    const other = bench.newVerification(recipient, { slot: 'other', limits, once: 'call' });
    expect(await bench.verifications.start(other)).toMatchObject({ kind: 'limited' });
    expect(await redis.client.keys('pl:*:i:*')).toEqual([]);
    await redis.client.del(`pl:{a7}:bs:${recipient.hash}`);
    expect(await bench.verifications.start(other)).toMatchObject({ kind: 'created' });
  });

  it('gives the same result of a check, and compares once', async () => {
    const id = await bench.created();
    const check = (mac: string, once: string) =>
      bench.verifications.check('shop', id, [{ keyId: 'key-1', mac }], NO_LIMITS, once);
    const wrong = await check('wrong', 'w');
    expect(await check('wrong', 'w')).toEqual(wrong);
    const right = await check(RIGHT, 'r');
    expect(right).toMatchObject({ result: 'approved', made: 2 });
    expect(await check(RIGHT, 'r')).toEqual(right);
    expect(await check('wrong', 'w')).toEqual(wrong);
    expect(await check(RIGHT, 'x')).toMatchObject({ result: 'already_approved' });
    expect((await bench.told(id)).map(({ kind }) => kind)).toEqual(['created', 'incorrect', 'approved']);
  });

  it('says once more that it has canceled', async () => {
    const id = await bench.created();
    const canceled = { canceled: true, status: 'canceled' };
    expect(await bench.verifications.cancel('shop', id, 'call')).toEqual(canceled);
    expect(await bench.verifications.cancel('shop', id, 'call')).toEqual(canceled);
    expect(await bench.verifications.cancel('shop', id, 'another')).toEqual({ ...canceled, canceled: false });
    expect(await bench.verifications.cancel('other', id, 'call')).toBeUndefined();
  });

  it('continues once; whoever begins again finds that', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const continuation = bench.continuation(id, recipient, { once: 'call', code: NEW_CODE });
    expect(await bench.verifications.continue(continuation)).toMatchObject({ kind: 'continued' });
    expect(await bench.verifications.continue({ ...continuation, generation: 2 })).toEqual({ kind: 'changed' });
    const start = bench.newVerification(recipient, { once: 'call' });
    expect(await bench.verifications.start(start)).toEqual({ kind: 'continued', id });
    expect(await bench.verifications.read(id, NO_LIMITS, 'call')).toMatchObject({
      done: true,
      state: { sends: 2, round: 2 },
    });
    expect(await bench.verifications.read(id)).toMatchObject({ done: false });
  });

  it('schedules the next step once; whoever reads again finds that', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const next = { step: 1, channel: 'voice', account: 'second', leaseMs: 5_000, delayMs: 0 } as const;
    const { revision } = await bench.state(id);
    const budget = { recipient, limits: NO_LIMITS, once: 'call' };
    const apply = () => bench.deliveries.apply({ id, revision, delivery: 'queued', confirmed: false, next, budget });
    expect(await apply()).toMatchObject({ id });
    expect(await apply()).toBe('changed');
    expect(await bench.verifications.read(id, NO_LIMITS, 'call')).toMatchObject({ done: true, state: { sends: 2 } });
  });
});
