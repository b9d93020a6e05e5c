import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change } from '../../src/store/delivery.store.js';
import { NO_LIMITS } from '../../src/config/limits.js';
import { TestRedis } from '../support/redis.js';
import { aMinute, failed, limitsOf, NEW_CODE, nextIn, sent, StoreBench } from '../support/store.js';

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

const kinds = async (id: string) => (await bench.told(id)).map(({ kind }) => kind);
const lastOf = async (id: string) => (await bench.told(id)).at(-1);

async function receipt(id: string, more: Partial<Change>): Promise<void> {
  const { revision } = await bench.state(id);
  const consequence = { delivery: 'delivered', confirmed: true, next: 'none' } as const;
  expect(await bench.deliveries.apply({ id, revision, ...consequence, ...more })).not.toBe('changed');
}

const delivered = (status: 'delivered' | 'read' = 'delivered') => ({ receipt: { attempt: 1, status } });

describe('what happens to a verification', () => {
  it('is told from the beginning to the end, counted from 1 without gaps, with what receivers need', async () => {
    const webhook = `wh_${'0'.repeat(32)}`;
    const id = await bench.created(undefined, { profile: 'login', webhook });
    await bench.records(await bench.claimed(id), sent());
    await receipt(id, delivered());
    await bench.check(id, false);
    await bench.check(id, true);
    const always = { id, app: 'shop', to: '+44*******23', profile: 'login', hook: webhook, channel: 'sms' };
    const told = await bench.told(id);
    expect(told).toEqual([
      { ...always, kind: 'created', seq: '1', status: 'pending', at: told[0]!.at },
      { ...always, kind: 'sent', seq: '2', status: 'pending', account: 'first', at: told[1]!.at },
      { ...always, kind: 'delivered', seq: '3', status: 'pending', account: 'first', at: told[2]!.at },
      { ...always, kind: 'incorrect', seq: '4', status: 'pending', account: 'first', at: told[3]!.at },
      { ...always, kind: 'approved', seq: '5', status: 'approved', account: 'first', at: told[4]!.at },
    ]);
    expect(Number(told[0]!.at)).toBe((await bench.state(id)).createdAt);
  });

  it.each([
    ['an account that has failed', failed({ delivery: 'queued', next: nextIn(0) }), 'unknown'],
    ['a step that nobody has confirmed', sent({ next: nextIn(0) }), 'not_confirmed'],
    [
      'a message that may have been sent',
      sent({ status: 'maybe_sent', error: { kind: 'maybe_sent', code: 'x' }, next: nextIn(0) }),
      'maybe_sent',
    ],
  ])('tells of the failover after %s, and why', async (_, result, reason) => {
    const id = await bench.created();
    await bench.records(await bench.claimed(id), result);
    await bench.claimed(id);
    expect(await lastOf(id)).toMatchObject({ kind: 'failed_over', channel: 'voice', account: 'second', reason });
    expect(await kinds(id)).toEqual(['created', ...(result.status === 'sent' ? ['sent'] : []), 'failed_over']);
  });

  it('tells that the caller has asked for the next step', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.records(await bench.claimed(id), sent({ next: nextIn(30_000) }));
    const budget = { recipient, limits: NO_LIMITS };
    await receipt(id, { delivery: 'sent', confirmed: false, next: nextIn(0), budget });
    await bench.claimed(id);
    expect(await lastOf(id)).toMatchObject({ kind: 'failed_over', reason: 'asked' });
  });

  it.each([
    ['its code is sent again', { step: 0, channel: 'whatsapp', account: 'other', leaseMs: 5_000 }],
    ['its code is sent again over the same account', { step: 0, channel: 'sms', account: 'first', leaseMs: 5_000 }],
  ] as const)('tells of no failover when %s', async (_, next) => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.records(await bench.claimed(id), sent());
    await bench.verifications.continue(bench.continuation(id, recipient, { next }));
    await bench.records(await bench.claimed(id), sent());
    expect(await kinds(id)).toEqual(['created', 'sent', 'sent']);
  });

  it('tells of no failover when a worker takes over what another one had', async () => {
    const id = await bench.created();
    await bench.claimed(id);
    await bench.edit(id, { claim_until: Date.now() - 1 });
    await bench.records(await bench.claimed(id), sent());
    expect(await kinds(id)).toEqual(['created', 'sent']);
  });

  it('does not claim that a message was sent that only may have been', async () => {
    const id = await bench.created();
    const error = { kind: 'maybe_sent', code: 'timeout' } as const;
    await bench.records(await bench.claimed(id), sent({ status: 'maybe_sent', error }));
    expect(await kinds(id)).toEqual(['created']);
  });

  it('tells of a delivery once for each message: neither again when it is read, nor when it is reported twice', async () => {
    const id = await bench.created();
    await bench.records(await bench.claimed(id), sent());
    await receipt(id, delivered());
    await receipt(id, delivered());
    await receipt(id, delivered('read'));
    expect(await kinds(id)).toEqual(['created', 'sent', 'delivered']);
  });

  it('tells that nothing is left to try, once, and again after a new round', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    const claim = await bench.claimed(id);
    await bench.records(claim, failed());
    await bench.records(claim, failed());
    expect(await lastOf(id)).toMatchObject({
      kind: 'undelivered',
      channel: 'sms',
      account: 'first',
      reason: 'unknown',
    });
    await bench.verifications.continue(bench.continuation(id, recipient));
    await bench.records(await bench.claimed(id), sent());
    const error = { kind: 'rejected', code: '7' } as const;
    const refused = { delivery: 'undelivered', confirmed: false } as const;
    await receipt(id, { ...refused, receipt: { attempt: 2, status: 'failed', error } });
    expect(await lastOf(id)).toMatchObject({ kind: 'undelivered', channel: 'whatsapp', reason: 'rejected' });
    expect(await kinds(id)).toEqual(['created', 'undelivered', 'sent', 'undelivered']);
  });

  it('tells of a replaced code as an incorrect one, and why', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.verifications.continue(bench.continuation(id, recipient, { code: NEW_CODE }));
    expect(await bench.check(id, true)).toBe('replaced');
    expect(await lastOf(id)).toMatchObject({ kind: 'incorrect', reason: 'replaced' });
    await bench.check(id, false);
    expect(await lastOf(id)).not.toHaveProperty('reason');
  });

  it('tells of the end, whoever finds it, and nothing of what comes too late', async () => {
    const canceled = await bench.created();
    await bench.verifications.cancel('shop', canceled);
    await bench.verifications.cancel('shop', canceled);
    await bench.check(canceled, true);
    expect(await bench.told(canceled)).toMatchObject([{ kind: 'created' }, { kind: 'canceled', status: 'canceled' }]);

    const locked = await bench.created(undefined, { maxChecks: 1 });
    await bench.check(locked, false);
    await bench.check(locked, false);
    expect(await kinds(locked)).toEqual(['created', 'incorrect', 'locked']);
    expect(await lastOf(locked)).toMatchObject({ status: 'locked', reason: 'max_checks' });

    const limits = limitsOf({ failures_per_number: aMinute(1) });
    const recipient = bench.recipient();
    const [guessed, other] = [await bench.created(recipient), await bench.created(recipient, { slot: 'other' })];
    await bench.check(guessed, false, limits);
    await bench.check(other, true, limits);
    expect(await lastOf(guessed)).toMatchObject({ kind: 'locked', reason: 'failures_per_number' });
    expect(await bench.told(other)).toMatchObject([
      { kind: 'created' },
      { kind: 'locked', reason: 'failures_per_number' },
    ]);
  });

  it.each([
    ['a check', (id: string) => bench.check(id, true)],
    ['a cancel', (id: string) => bench.verifications.cancel('shop', id)],
    ['a claim', (id: string) => bench.deliveries.claim(id)],
    ['a poll', (id: string) => bench.makeDue(id).then(() => bench.deliveries.lease('a7', 1_000))],
  ])('tells of the expiry that %s finds', async (_, find) => {
    const id = await bench.created();
    await bench.edit(id, { expires: Date.now() - 1 });
    await find(id);
    await find(id);
    expect(await bench.told(id)).toMatchObject([{ kind: 'created' }, { kind: 'expired', status: 'expired' }]);
  });

  it('tells of the expiry that the next start finds', async () => {
    const recipient = bench.recipient();
    const id = await bench.created(recipient);
    await bench.edit(id, { expires: Date.now() - 1 });
    const other = await bench.created(recipient);
    expect(await kinds(id)).toEqual(['created', 'expired']);
    expect(await kinds(other)).toEqual(['created']);
  });

  it('is told to another webhook once a continuation names one', async () => {
    const recipient = bench.recipient();
    const [first, second] = [`wh_${'1'.repeat(32)}`, `wh_${'2'.repeat(32)}`];
    const id = await bench.created(recipient, { webhook: first });
    await bench.verifications.continue(bench.continuation(id, recipient));
    await bench.check(id, false);
    await bench.verifications.continue(bench.continuation(id, recipient, { webhook: second }));
    await bench.check(id, false);
    expect((await bench.told(id)).map(({ hook }) => hook)).toEqual([first, first, second]);
  });
});
