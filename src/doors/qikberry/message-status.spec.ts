import { describe, expect, it } from '@jest/globals';
import type { EventType, PasslaneEvent, VerificationEventData } from '../../events/event.js';
import type { Attempt } from '../../store/record.js';
import { messageStatus, outcomeIn } from './message-status.js';

const T = Date.parse('2026-01-05T10:00:00.123Z');

const attempt = (n: number, change: Partial<Attempt> = {}): Attempt => ({
  n,
  step: 0,
  round: 1,
  channel: 'sms',
  account: `account${n}`,
  status: 'sent',
  messageId: `m${n}`,
  queuedAt: T,
  ...change,
});

function event(kind: string, at: number, account = 'account1'): PasslaneEvent & { data: VerificationEventData } {
  const data = { verification_id: 'v', to: null, profile: null, status: 'pending', channel: 'sms', account } as const;
  const type = `verification.${kind}` as EventType;
  const created_at = new Date(at).toISOString();
  return { id: 'e', type, sequence: 1, created_at, application: 'shop', data: { ...data, reason: null, cost: null } };
}

const outcome = (...input: Parameters<typeof outcomeIn>) => {
  const found = outcomeIn(...input);
  return found && [found.attempt.n, found.outcome];
};

describe('outcomeIn', () => {
  const failed = attempt(1, { status: 'failed', failedAt: T + 1 });
  const next = attempt(2, { step: 1, queuedAt: T + 2, sentAt: T + 3, deliveredAt: T + 4 });

  it.each([
    ['sent', T + 3, 'account2', [2, 'sent']],
    ['delivered', T + 4, 'account2', [2, 'delivered']],
    ['failed_over', T + 2, 'account2', [1, 'failed']],
    ['undelivered', T + 1, 'account1', [1, 'failed']],
    ['approved', T + 4, 'account2', undefined],
    ['sent', T + 5, 'account2', undefined],
  ])('reads %s', (kind, at, account, expected) => {
    expect(outcome(event(kind, at, account), [failed, next])).toEqual(expected);
  });

  it.each([
    ['delivered', { deliveredAt: T + 2 }],
    ['delivered', { deliveredAt: T + 3 }],
    ['failed', { failedAt: T + 2 }],
  ] as const)('does not go back to sent from %s, which was faster', (status, times) => {
    expect(outcome(event('sent', T + 3), [attempt(1, { status, sentAt: T + 3, ...times })])).toBeUndefined();
  });

  it('says sent of one that has ended since', () => {
    const ended = attempt(1, { status: 'failed', sentAt: T + 3, failedAt: T + 4 });
    expect(outcome(event('sent', T + 3), [ended])).toEqual([1, 'sent']);
  });

  it('says nothing of an attempt that was only not confirmed in time', () => {
    expect(outcome(event('failed_over', T + 2, 'account2'), [attempt(1), next])).toBeUndefined();
  });

  it('says nothing of an account whose message goes over another one', () => {
    const sibling = attempt(2, { queuedAt: T + 2, status: 'sending' });
    expect(outcome(event('failed_over', T + 2, 'account2'), [failed, sibling])).toBeUndefined();
  });
});

describe('outcomeIn, of a channel that went over two accounts', () => {
  const second = attempt(2, { status: 'failed', failedAt: T + 1 });
  const next = attempt(3, { step: 1, queuedAt: T + 2 });
  const after = (first: Attempt) => outcome(event('failed_over', T + 2, 'account3'), [first, second, next]);

  it('says nothing while the first may still deliver', () => {
    expect(after(attempt(1, { status: 'maybe_sent' }))).toBeUndefined();
  });

  it('says that it has failed when both have', () => {
    expect(after(attempt(1, { status: 'failed', failedAt: T }))).toEqual([2, 'failed']);
  });

  it('does not look at an earlier send', () => {
    const earlier = attempt(1, { status: 'delivered' });
    const [same, later] = [second, next].map((one) => ({ ...one, round: 2 }));
    expect(outcome(event('failed_over', T + 2, 'account3'), [earlier, same!, later!])).toEqual([2, 'failed']);
  });
});

describe('messageStatus', () => {
  const about = { verification: 'ver', to: '+447700900123', from: 'VERIFY', reference: 'order-42' };
  const ended = { sentAt: T, deliveredAt: T + 1_000 };

  it('writes the report of an SMS', () => {
    const asked = { ...ended, queuedAt: T - 2_000 };
    expect(messageStatus(attempt(1, asked), 'delivered', about)).toEqual({
      event: 'sms:message:status',
      payload: {
        id: 'm1',
        mobile: '447700900123',
        status: 'DELIVRD',
        sent_time: '2026-01-05 09:59:58',
        submit_time: '2026-01-05 10:00:00',
        deliv_time: '2026-01-05 10:00:01',
        sent_at: '1767607198',
        submit_at: '1767607200',
        deliv_at: '1767607201',
        cid: '',
        custom: 'order-42',
      },
    });
  });

  it('writes the report of a chat message', () => {
    expect(messageStatus(attempt(1, { ...ended, channel: 'viber' }), 'delivered', about)).toEqual({
      event: 'viber:message:status',
      payload: {
        id: 'm1',
        channel: 'viber',
        from: 'VERIFY',
        to: '447700900123',
        status: 'delivered',
        delivered_at: '2026-01-05T10:00:01.123000Z',
        read_at: null,
        processed_at: '2026-01-05T10:00:00.123000Z',
        timestamp: '2026-01-05T10:00:01.123000Z',
        foreign_id: 'order-42',
      },
    });
  });

  it('writes the report of a call', () => {
    const call = attempt(1, { channel: 'voice', status: 'failed', failedAt: T + 1_000 });
    expect(messageStatus(call, 'failed', about)?.payload).toMatchObject({
      status: 'NOANSWER',
      end_at: '2026-01-05 10:00:01',
    });
  });

  it('names a message without a vendor’s id as a search does', () => {
    const refused = attempt(2, { status: 'failed', messageId: undefined, failedAt: T + 1_000 });
    expect(messageStatus(refused, 'failed', about)?.payload.id).toBe('ver-2');
  });

  it.each(['sms', 'voice', 'email', 'telegram'] as const)('has no word for %s that was only sent', (channel) => {
    expect(messageStatus(attempt(1, { channel }), 'sent', about)).toBeUndefined();
  });
});
