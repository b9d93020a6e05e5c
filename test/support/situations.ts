import type { Channel } from '../../src/providers/contract.js';
import type { Situation } from '../../src/delivery/failover/policy.js';
import type { Attempt } from '../../src/store/record.js';

/** What the policy's decisions may depend on: every combination is one case. */
const PROPERTIES = {
  round: ['current', 'old'],
  confirmed: [false, true],
  delivery: ['queued', 'sent', 'delivered'],
  channel: ['sms', 'voice'],
  confirmOn: ['sent', 'delivered', 'read'],
  status: ['sending', 'sent', 'maybe_sent', 'failed', 'delivered', 'read'],
  /** What was tried before, in the same round. */
  before: ['nothing', 'failed', 'sent', 'call 20 s ago', 'maybe_sent by a sibling'],
  siblings: ['left', 'none'],
  following: ['one', 'none'],
  scheduled: ['nothing', 'by itself', 'asked'],
  later: [false, true],
  /** The caller has asked for this message. */
  wanted: ['no', 'asked', 'retry'],
  /** Which of the two limits is reached: of what is done by itself, or of what callers ask for. */
  full: ['no', 'retries', 'sends'],
} as const;

export type Case = { readonly [P in keyof typeof PROPERTIES]: (typeof PROPERTIES)[P][number] };

const NOW = 1_700_000_000_000;
export const MINUTE = 60_000;
export const WAIT = 30_000;

export function situation(c: Case): { situation: Situation; attempt: number } {
  const round = c.round === 'current' ? 3 : 2;
  const channels: Channel[] = [c.before === 'call 20 s ago' ? 'voice' : 'whatsapp', c.channel];
  if (c.following === 'one') channels.push('rcs');
  const attempts: Attempt[] = [];
  const add = (step: number, fields: Partial<Attempt>): void => {
    const channel = channels[step]!;
    const n = attempts.length + 1;
    attempts.push({ n, step, round, channel, account: `${channel}-1`, status: 'sent', queuedAt: NOW, ...fields });
  };
  const others = [true, c.before !== 'nothing', c.later].filter(Boolean).length;
  // Two rounds, so two attempts are no retries; nor is one that was asked for.
  const noRetries = c.wanted === 'asked' && c.before !== 'nothing' ? 3 : 2;
  const earlierRounds = (c.full === 'retries' ? 20 : 19) + noRetries - others;
  while (attempts.length < earlierRounds) add(0, { round: 1, status: 'failed', channel: 'whatsapp' });
  if (c.before === 'failed' || c.before === 'sent') add(0, { status: c.before });
  if (c.before === 'call 20 s ago') add(0, { sentAt: NOW - 20_000 });
  if (c.before === 'maybe_sent by a sibling') add(1, { status: 'maybe_sent', account: 'tried', sentAt: NOW - 70_000 });
  const sentAt = c.status === 'sending' ? undefined : NOW - 10_000;
  add(1, { status: c.status, sentAt, wanted: c.wanted === 'no' ? undefined : c.wanted });
  const attempt = attempts.length;
  if (c.later) add(1, { status: 'failed', account: 'later' });
  const routes: Record<string, string[]> = {
    [c.channel]: c.siblings === 'left' ? [`${c.channel}-1`, 'tried', 'sibling'] : [`${c.channel}-1`, 'tried'],
  };
  if (c.before !== 'maybe_sent by a sibling') routes[c.channel] = routes[c.channel]!.filter((name) => name !== 'tried');
  return {
    attempt,
    situation: {
      steps: channels.map((channel, step) => ({
        channel,
        wait: 30,
        confirm_on: step === 1 ? c.confirmOn : 'delivered',
      })),
      route: ({ channel }) => routes[channel] ?? [`${channel}-1`],
      attempts,
      sends: c.full === 'sends' ? 20 : 19,
      round: 3,
      confirmed: c.confirmed,
      delivery: c.delivery,
      next:
        c.scheduled === 'nothing' ? undefined : { ...SCHEDULED, wanted: c.scheduled === 'asked' ? 'asked' : undefined },
      now: NOW,
    },
  };
}

/** An attempt whose vendor answers. */
export const claimed: Partial<Case> = { status: 'sending', later: false, scheduled: 'nothing' };

export const SCHEDULED = { step: 1, account: 'scheduled' };

/** All cases, but for what is fixed. */
export function* combinations(fixed: Partial<Case>): Generator<Case> {
  const names = Object.keys(PROPERTIES) as (keyof Case)[];
  const values = names.map((name) => (name in fixed ? [fixed[name]] : PROPERTIES[name]));
  const total = values.reduce((product, { length }) => product * length, 1);
  for (let index = 0; index < total; index++) {
    let rest = index;
    const pick = (options: readonly unknown[]): unknown => {
      const value = options[rest % options.length];
      rest = Math.floor(rest / options.length);
      return value;
    };
    yield Object.fromEntries(names.map((name, i) => [name, pick(values[i]!)])) as unknown as Case;
  }
}
