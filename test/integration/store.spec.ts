import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION } from '../../src/config/load-retention.js';
import { byNumberKey, byReferenceKey, dueKey, newVerificationId } from '../../src/store/keys.js';
import { TestRedis } from '../support/redis.js';
import { failed, nextIn, sent, StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

describe('a claim', () => {
  it('is given to one of many', async () => {
    const id = await bench.created();
    const claims = await Promise.all(Array.from({ length: 50 }, () => bench.deliveries.claim(id)));
    const given = claims.filter((claim) => claim !== undefined);
    expect(given).toMatchObject([{ id, attempt: 1, tries: 1, fence: 1, sealed: { facts: 'sealed' } }]);
    expect(given[0]!.state.attempts).toMatchObject([{ n: 1, step: 0, channel: 'sms', account: 'first', round: 1 }]);
    expect(await bench.dueAt(id)).toBe(given[0]!.now + 5_000);
  });

  it('is given again when its lease ran out: same attempt, next fence, one more try each time', async () => {
    const id = await bench.created();
    for (const count of [1, 2, 3]) {
      expect(await bench.claimed(id)).toMatchObject({ attempt: 1, tries: count, fence: count });
      expect(await bench.deliveries.claim(id)).toBeUndefined();
      await bench.edit(id, { claim_until: Date.now() - 1 });
    }
    expect((await bench.state(id)).attempts).toHaveLength(1);
  });

  it('is given again to who has missed the answer: no other try, and a new lease', async () => {
    const id = await bench.created();
    const claim = await bench.deliveries.claim(id, 'one');
    await bench.edit(id, { claim_until: Date.now() - 1 });
    const again = await bench.deliveries.claim(id, 'one');
    expect(again).toEqual({ ...claim, now: again!.now, state: claim!.state });
    expect(await bench.dueAt(id)).toBe(again!.now + 5_000);
    expect(await bench.deliveries.claim(id, 'other')).toBeUndefined();

    await bench.edit(id, { claim_until: Date.now() - 1 });
    expect(await bench.deliveries.claim(id, 'other')).toMatchObject({ attempt: 1, tries: 2, fence: 2 });
    expect(await bench.deliveries.claim(id, 'one')).toBeUndefined();
  });

  it('waits for the time of the next attempt', async () => {
    const id = await bench.created();
    expect(await bench.records(await bench.claimed(id), sent({ next: nextIn(30_000) }))).toBe(false);
    expect(await bench.deliveries.claim(id)).toBeUndefined();
    const { next } = await bench.state(id);
    expect(await bench.dueAt(id)).toBe(next!.at);
    await bench.edit(id, { next_at: Date.now() - 1 });
    expect(await bench.claimed(id)).toMatchObject({ attempt: 2, tries: 1, fence: 2 });
  });

  it('is refused after the end, and ends what has expired', async () => {
    const canceled = await bench.created();
    await bench.verifications.cancel('shop', canceled);
    await bench.makeDue(canceled);
    expect(await bench.deliveries.claim(canceled)).toBeUndefined();
    expect(await bench.dueAt(canceled)).toBeUndefined();

    const expired = await bench.created();
    await bench.edit(expired, { expires: Date.now() - 1 });
    expect(await bench.deliveries.claim(expired)).toBeUndefined();
    expect(await bench.fields(expired)).toMatchObject({ status: 'expired', n: '0' });
  });
});

describe('a record', () => {
  it('of a stale fence changes nothing but keeps the message id', async () => {
    const id = await bench.created();
    const stale = await bench.claimed(id);
    await bench.edit(id, { claim_until: Date.now() - 1 });
    const current = await bench.claimed(id);
    const before = { fields: await bench.fields(id), due: await bench.dueAt(id) };

    expect(await bench.records(stale, sent({ messageId: 'm-stale', next: nextIn(0) }))).toBe(false);
    expect(await bench.fields(id)).toEqual({ ...before.fields, '1:message_id': 'm-stale' });
    expect(await bench.dueAt(id)).toBe(before.due);

    await bench.records(current, sent({ messageId: 'm-current' }));
    expect((await bench.state(id)).attempts).toMatchObject([{ status: 'sent', messageId: 'm-current' }]);
    await bench.records(stale, sent({ messageId: 'm-stale' }));
    expect((await bench.state(id)).attempts).toMatchObject([{ status: 'sent', messageId: 'm-current' }]);
  });

  it.each([
    ['without a next attempt', undefined, false],
    ['with a later one', 30_000, false],
    ['with one at once', 0, true],
  ])('that is repeated %s gives the same answer and changes nothing', async (_, delayMs, again) => {
    const id = await bench.created();
    const claim = await bench.claimed(id);
    const result = sent({ next: delayMs === undefined ? 'none' : nextIn(delayMs) });
    expect(await bench.records(claim, result)).toBe(again);
    const fields = await bench.fields(id);
    expect(await bench.records(claim, result)).toBe(again);
    const other = failed({ error: { kind: 'quota', code: 'other' } });
    expect(await bench.records(claim, other)).toBe(again);
    expect(await bench.fields(id)).toEqual(fields);
  });

  it('of what was decided on another state changes nothing, and tells what that is now', async () => {
    const id = await bench.created();
    const claim = await bench.claimed(id);
    const told = { receipt: { attempt: 1, status: 'failed' }, delivery: 'undelivered', confirmed: false } as const;
    await bench.deliveries.apply({ id, revision: claim.state.revision, next: 'none', ...told });
    const before = await bench.fields(id);
    const result = failed({ delivery: 'sent', next: nextIn(30_000) });
    const changed = await bench.deliveries.record(claim, result);
    expect(await bench.fields(id)).toEqual(before);
    expect(changed).toMatchObject({ state: { revision: '3', attempts: [{ status: 'failed' }] } });
    expect(await bench.records({ ...claim, ...(changed as object) }, failed({ next: nextIn(0) }))).toBe(true);
    expect(await bench.fields(id)).toMatchObject({ delivery: 'undelivered', next_step: '1' });
  });

  it('keeps the story of a failure', async () => {
    const id = await bench.created();
    const error = { kind: 'throttled', code: 'http_429' } as const;
    const result = failed({ error, delivery: 'queued', vendorStatus: 'busy', next: nextIn(0) });
    expect(await bench.records(await bench.claimed(id), result)).toBe(true);
    const [attempt] = (await bench.state(id)).attempts;
    expect(attempt).toMatchObject({ status: 'failed', error, vendorStatus: 'busy', sentAt: undefined });
    expect(attempt!.failedAt).toBeGreaterThanOrEqual(attempt!.queuedAt);
  });

  it.each(['canceled', 'approved'])('schedules nothing once it is %s', async (status) => {
    const id = await bench.created();
    const claim = await bench.claimed(id);
    if (status === 'canceled') await bench.verifications.cancel('shop', id);
    else expect(await bench.check(id, true)).toBe('approved');
    expect(await bench.records(claim, sent({ next: nextIn(0) }))).toBe(false);
    const state = await bench.state(id);
    expect(state).toMatchObject({ status, next: undefined, delivery: 'queued' });
    expect(state.attempts).toMatchObject([{ status: 'sent', messageId: 'm-1' }]);
    expect(await bench.dueAt(id)).toBeUndefined();
    expect(await bench.deliveries.claim(id)).toBeUndefined();
  });
});

describe('the due entry', () => {
  it('is there as long as something may have to be done', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const { expiresAt } = await bench.state(id);
    const isDueBy = async (at: number) => {
      const due = await bench.dueAt(id);
      expect(due).toBeDefined();
      expect(due).toBeLessThanOrEqual(at);
    };
    await isDueBy(Date.now() + 2_000);
    await bench.makeDue(id);
    expect(await bench.deliveries.lease('a7', 1_000)).toMatchObject([{ id, revision: '1', account: 'first' }]);
    await isDueBy(Date.now() + 1_000);
    const first = await bench.claimed(id);
    expect(await bench.dueAt(id)).toBe(first.now + 5_000);
    await bench.records(first, sent({ next: nextIn(1_000) }));
    await isDueBy(Date.now() + 1_000);
    await bench.check(id, false);
    await isDueBy(Date.now() + 1_000);
    await bench.edit(id, { next_at: Date.now() - 1 });
    await bench.records(await bench.claimed(id), sent());
    await isDueBy(expiresAt);
    await bench.verifications.continue(bench.continuation(id, recipient));
    await isDueBy(Date.now() + 2_000);
    await bench.records(await bench.claimed(id), sent({ next: nextIn(3_600_000) }));
    expect(await bench.dueAt(id)).toBe(expiresAt);
  });

  it.each(['approved', 'canceled', 'locked', 'expired'])('is gone once it is %s', async (status) => {
    const id = await bench.created(undefined, { maxChecks: 1 });
    if (status === 'approved') await bench.check(id, true);
    if (status === 'canceled') await bench.verifications.cancel('shop', id);
    if (status === 'locked') await bench.check(id, false);
    if (status === 'expired') {
      await bench.edit(id, { expires: Date.now() - 1 });
      expect(await bench.check(id, true)).toBe('expired');
    }
    expect((await bench.fields(id)).status).toBe(status);
    expect(await bench.dueAt(id)).toBeUndefined();
  });
});

describe('a lease', () => {
  it('gives each due id to one caller, in batches, and again when it ran out', async () => {
    const ids = await Promise.all(Array.from({ length: 250 }, () => bench.created(bench.recipient('b1'))));
    await Promise.all(ids.map((id) => bench.makeDue(id)));
    const idle = await bench.created(bench.recipient('b2'));
    expect(await bench.deliveries.peek()).toEqual({ ready: ['b1'], silent: [] });

    const batches = await Promise.all(Array.from({ length: 10 }, () => bench.deliveries.lease('b1', 60_000)));
    expect(batches.map(({ length }) => length).sort((a, b) => b - a)).toEqual([200, 50, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(new Set(batches.flat().map(({ id }) => id))).toEqual(new Set(ids));
    expect(await bench.deliveries.peek()).toEqual({ ready: [], silent: [] });
    expect(await bench.dueAt(idle)).toBeGreaterThan(Date.now());

    await bench.makeDue(ids[7]!);
    expect(await bench.deliveries.lease('b1', 60_000)).toMatchObject([{ id: ids[7], revision: '1' }]);
  });

  it('ends what has expired, and drops what is over or unknown', async () => {
    const [expired, canceled] = [await bench.created(), await bench.created()];
    const nobodys = newVerificationId('a7');
    await bench.edit(expired, { expires: Date.now() - 1 });
    await bench.verifications.cancel('shop', canceled);
    for (const id of [expired, canceled, nobodys]) await bench.makeDue(id);
    expect(await bench.deliveries.lease('a7', 1_000)).toEqual([]);
    expect(await bench.fields(expired)).toMatchObject({ status: 'expired' });
    expect(await bench.fields(expired)).not.toHaveProperty('m1');
    for (const id of [expired, canceled, nobodys]) expect(await bench.dueAt(id)).toBeUndefined();
  });
});

describe('the search indexes', () => {
  const life = 24 * 3_600_000 + DEFAULT_RETENTION.recordMs;
  const members = async (key: string) => new Set(await redis.client.zrange(key, '0', '-1'));

  it.each(['a start', 'a continuation'])('lose with %s what is too old to be found', async (by) => {
    const recipient = bench.recipient();
    const referenceHash = 'the-same-for-all';
    const key = byReferenceKey(recipient.shard, referenceHash);
    const id = await bench.created(recipient, { referenceHash });
    await redis.client.zadd(key, Date.now() - life - 1, 'old', Date.now() - life + 60_000, 'younger');
    if (by === 'a start') {
      const other = await bench.created(recipient, { referenceHash, slot: 'other' });
      expect(await members(key)).toEqual(new Set(['younger', id, other]));
    } else {
      await bench.verifications.continue(bench.continuation(id, recipient, { referenceHash }));
      expect(await members(key)).toEqual(new Set(['younger', id]));
    }
    await redis.client.del(key);
  });

  it('know of a number what is old and still there, and lose the rest bit by bit', async () => {
    const recipient = bench.recipient();
    const key = byNumberKey(recipient);
    const old = await bench.created(recipient);
    const gone = Array.from({ length: 10 }, () => newVerificationId(recipient.shard));
    for (const [i, id] of [old, ...gone].entries()) await redis.client.zadd(key, Date.now() - 2 * life + i, id);
    const next = await bench.created(recipient, { slot: 'second' });
    expect(await members(key)).toEqual(new Set([old, ...gone.slice(7), next]));
    const last = await bench.created(recipient, { slot: 'third' });
    expect(await members(key)).toEqual(new Set([old, next, last]));
  });
});

it('knows nothing of ids that do not exist, and writes nothing for them', async () => {
  const id = newVerificationId('c3');
  const recipient = bench.recipient('c3');
  const state = await bench.state(await bench.created());
  expect(await bench.check(id, true)).toBeUndefined();
  expect(await bench.verifications.cancel('shop', id)).toBeUndefined();
  expect(await bench.verifications.read(id)).toBeUndefined();
  expect(await bench.verifications.continue(bench.continuation(id, recipient))).toEqual({ kind: 'changed' });
  expect(await bench.deliveries.claim(id)).toBeUndefined();
  const claim = { id, attempt: 1, tries: 1, fence: 1, now: Date.now(), sealed: { facts: '' }, state };
  expect(await bench.records(claim, sent({ next: nextIn(0) }))).toBe(false);
  expect(await redis.client.keys('pl:{c3}:*')).toEqual([]);
  expect(await redis.client.zcard(dueKey('c3'))).toBe(0);
});
