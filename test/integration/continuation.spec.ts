import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_LIMITS } from '../../src/config/limits.js';
import { TestRedis } from '../support/redis.js';
import { failed, nextIn, RIGHT, sent, StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

describe('a continuation while an attempt is on its way', () => {
  it.each([
    ['success', sent({ next: nextIn(30_000) })],
    ['failure', failed()],
  ])('is not overridden by that attempt’s %s', async (_, result) => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const old = await bench.claimed(id);
    const continuation = bench.continuation(id, recipient);
    expect(await bench.verifications.continue(continuation)).toMatchObject({ kind: 'continued' });

    expect(await bench.deliveries.claim(id)).toBeUndefined();
    expect(await bench.dueAt(id)).toBe(old.now + 5_000);
    const changed = await bench.deliveries.record(old, result);
    expect(changed).toMatchObject({ state: { round: 2, delivery: 'queued' } });
    // So says the policy of an earlier round.
    const decision = { ...result, delivery: 'queued', next: 'keep' } as const;
    expect(await bench.records({ ...old, ...(changed as object) }, decision)).toBe(true);
    expect(await bench.dueAt(id)).toBeLessThanOrEqual(Date.now() + 2_000);
    expect(await bench.state(id)).toMatchObject({
      round: 2,
      sends: 2,
      delivery: 'queued',
      next: { step: 0, channel: 'whatsapp' },
      attempts: [{ round: 1, status: result.status }],
    });
    const claim = await bench.claimed(id);
    expect(claim).toMatchObject({ attempt: 2, sealed: { facts: 'sealed again' } });
    expect(claim.state.attempts[1]).toMatchObject({ round: 2, account: 'other' });
  });

  it('takes the place of that attempt when its worker has died: what it was made of is gone', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const dead = await bench.claimed(id);
    await bench.verifications.continue(bench.continuation(id, recipient));
    await bench.edit(id, { claim_until: Date.now() - 1 });
    await bench.makeDue(id);
    expect(await bench.deliveries.lease('a7', 1_000)).toMatchObject([{ id, account: 'other' }]);
    const claim = await bench.claimed(id);
    expect(claim).toMatchObject({ attempt: 2, tries: 1, sealed: { facts: 'sealed again' } });
    const error = { kind: 'maybe_sent', code: 'worker_lost' };
    expect(claim.state.attempts).toMatchObject([
      { round: 1, status: 'maybe_sent', error },
      { round: 2, status: 'sending', account: 'other' },
    ]);
    // It was only late after all.
    expect(await bench.records(dead, sent({ messageId: 'm-late' }))).toBe(false);
    expect((await bench.state(id)).attempts).toMatchObject([{ status: 'maybe_sent', messageId: 'm-late' }, {}]);
  });

  it('waits a minute when that attempt may be a call', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient, {
      next: { step: 0, channel: 'voice', account: 'first', leaseMs: 5_000 },
    });
    await bench.claimed(id);
    await bench.verifications.continue(bench.continuation(id, recipient));
    await bench.edit(id, { claim_until: Date.now() - 1 });
    const before = Date.now();
    expect(await bench.deliveries.claim(id)).toBeUndefined();
    const { next, attempts } = await bench.state(id);
    expect(attempts).toMatchObject([{ status: 'maybe_sent' }]);
    expect(next!.at).toBeGreaterThanOrEqual(before + 60_000);
    expect(await bench.dueAt(id)).toBe((await bench.state(id)).expiresAt);
  });
});

describe('a code that was replaced', () => {
  it('stays so when a later one lets older codes stay right', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const check = (mac: string) => bench.verifications.check('shop', id, [{ keyId: 'key-1', mac }], NO_LIMITS);
    const continued = (generation: number, mac: string, olderStayRight: boolean) =>
      bench.verifications.continue(
        bench.continuation(id, recipient, { generation, code: { mac, ttlMs: 60_000, olderStayRight } }),
      );
    expect(await continued(1, 'second', false)).toMatchObject({ kind: 'continued' });
    expect(await check(RIGHT)).toMatchObject({ result: 'replaced' });
    expect(await continued(2, 'third', true)).toMatchObject({ kind: 'continued' });
    expect(await check(RIGHT)).toMatchObject({ result: 'replaced' });
    expect(await continued(3, 'fourth', true)).toMatchObject({ kind: 'continued' });
    expect(await check(RIGHT)).toMatchObject({ result: 'replaced' });
    expect(await check('second')).toMatchObject({ result: 'approved' });
  });
});
