import type { PasslaneEvent, VerificationEventData } from '../../events/event.js';
import type { Channel } from '../../providers/contract.js';
import type { Attempt } from '../../store/record.js';
import { withoutPlus } from './numbers.js';
import { platformTime } from './texts.js';

/** What became of one message, by the platform's name of such events. */
interface MessageStatus {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What the event does not hold: it is kept without numbers. */
export interface About {
  /** Its id. */
  readonly verification: string;
  /** As it may be told. */
  readonly to: string;
  readonly from?: string;
  readonly reference?: string;
}

const EVENT_OF: Partial<Record<Channel, string>> = {
  sms: 'sms:message:status',
  whatsapp: 'whatsapp:message:status',
  viber: 'viber:message:status',
  rcs: 'rcs:message:status',
  voice: 'voice:message:out',
};

/** Its events that have a counterpart here; the others are about marketing and conversations. */
export const EVENTS: readonly string[] = Object.values(EVENT_OF);

type Outcome = 'sent' | 'delivered' | 'failed';

/** Reports of messages and calls say only how they have ended. */
const WORDS: Partial<Record<Channel, Partial<Record<Outcome, string>>>> = {
  sms: { delivered: 'DELIVRD', failed: 'FAILED' },
  voice: { delivered: 'ANSWER', failed: 'NOANSWER' },
};

/** The attempt that an event tells of, and what it says of it. */
export function outcomeIn(
  { type, created_at, data }: PasslaneEvent & { data: VerificationEventData },
  attempts: readonly Attempt[],
): { readonly attempt: Attempt; readonly outcome: Outcome } | undefined {
  const at = Date.parse(created_at);
  const found = (attempt: Attempt | undefined, outcome: Outcome) => attempt && { attempt, outcome };
  switch (type) {
    case 'verification.sent':
      // A report may be faster than the vendor's answer, also within the millisecond: then this comes too late.
      return found(
        attempts.find(
          ({ sentAt, deliveredAt = Infinity, failedAt = Infinity }) =>
            sentAt === at && at < Math.min(deliveredAt, failedAt),
        ),
        'sent',
      );
    case 'verification.delivered':
      return found(
        attempts.find(({ deliveredAt }) => deliveredAt === at),
        'delivered',
      );
    case 'verification.undelivered':
      return found(
        attempts.findLast(({ failedAt = Infinity }) => failedAt <= at),
        'failed',
      );
    case 'verification.failed_over': {
      // It tells of the attempt that came next; the one before has failed, or was only not confirmed in time.
      const next = attempts.findLast(({ queuedAt, account }) => queuedAt <= at && account === data.account);
      const before = attempts.find(({ n }) => n === (next?.n ?? 0) - 1);
      // The platform has no accounts: the same message over another one is still under way, or may yet arrive.
      if (!before || before.step === next?.step) return undefined;
      const same = attempts.filter(({ step, round }) => step === before.step && round === before.round);
      return found(same.every(({ status }) => status === 'failed') ? before : undefined, 'failed');
    }
    default:
      return undefined;
  }
}

/** @returns undefined where the platform reports nothing */
export function messageStatus(
  attempt: Attempt,
  outcome: Outcome,
  { verification, to, from = '', reference }: About,
): MessageStatus | undefined {
  const { channel, queuedAt, sentAt, deliveredAt, failedAt } = attempt;
  const id = attempt.messageId ?? `${verification}-${attempt.n}`;
  const event = EVENT_OF[channel];
  const words = WORDS[channel];
  const status = words ? words[outcome] : outcome;
  if (event === undefined || status === undefined) return undefined;
  const number = withoutPlus(to);
  const ended = deliveredAt ?? failedAt;
  if (channel === 'sms') {
    // There a message is sent by the caller, and then submitted to the operator.
    const times = { sent_time: plain(queuedAt), submit_time: plain(sentAt), deliv_time: plain(deliveredAt) };
    const seconds = { sent_at: unix(queuedAt), submit_at: unix(sentAt), deliv_at: unix(deliveredAt) };
    const custom = { cid: '', custom: reference ?? '' };
    return { event, payload: { id, mobile: number, status, ...times, ...seconds, ...custom } };
  }
  if (channel === 'voice') {
    const times = { start_at: plain(sentAt), end_at: plain(ended) };
    const call = { id, bridge: from, from, to: number, source: 'OBD', mid: reference ?? '' };
    return { event, payload: { ...call, ...times, status } };
  }
  const times = { delivered_at: exact(deliveredAt), read_at: null, processed_at: exact(sentAt) };
  const message = { id, channel, from, to: number, status, ...times, timestamp: exact(ended ?? sentAt) };
  return { event, payload: { ...message, foreign_id: reference ?? null } };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const plain = (ms: number | undefined): string | null => (ms === undefined ? null : platformTime(iso(ms)));
const unix = (ms: number | undefined): string | null => (ms === undefined ? null : String(Math.floor(ms / 1_000)));
/** With microseconds, as chats have it. */
const exact = (ms: number | undefined): string | null => (ms === undefined ? null : iso(ms).replace('Z', '000Z'));
