import type { Caller } from '../applications/key-book.js';
import { mask } from '../recipients/recipient.js';
import type { Limit } from '../config/config.js';
import type { Facts } from '../store/facts.js';
import type { Attempt, VerificationState } from '../store/record.js';
import type { SendsUsed } from '../store/budgets.js';

export type VerificationView = ReturnType<typeof present>;

const time = (ms: number): string => new Date(ms).toISOString();
const maybeTime = (ms: number | undefined): string | null => (ms === undefined ? null : time(ms));

interface PresentOptions {
  readonly readPii: boolean;
  readonly sendLimit: Limit | null;
  readonly sendsUsed: SendsUsed;
}

export const presentFor = ({ scopes, limits }: Caller, sendsUsed: SendsUsed): PresentOptions => ({
  readPii: scopes.has('pii:read'),
  sendLimit: limits.sends_per_number,
  sendsUsed,
});

/** A verification as callers see it (design §3). `facts` is missing only when the secret that sealed them was retired. */
export function present(state: VerificationState, facts: Facts | undefined, options: PresentOptions) {
  const { next, attempts } = state;
  return {
    id: state.id,
    status: state.status,
    delivery: state.delivery,
    to: facts ? (options.readPii ? facts.to : mask(facts.to)) : null,
    profile: facts?.profile ?? null,
    reference: facts?.reference ?? null,
    metadata: facts?.metadata ?? {},
    checks: { made: state.checks.made, left: checksLeft(state.status, state.checks.made, state.checks.max) },
    sends: presentSends(state.sends, options.sendLimit, options.sendsUsed),
    channel: attempts.at(-1)?.channel ?? next?.channel ?? null,
    next_channel: next?.channel ?? null,
    next_at: maybeTime(next?.at),
    created_at: time(state.createdAt),
    expires_at: time(state.expiresAt),
    attempts: attempts.map((attempt) => presentAttempt(state.id, attempt, facts)),
  };
}

function presentAttempt(id: string, attempt: Attempt, facts: Facts | undefined) {
  return {
    id: `${id}-${attempt.n}`,
    step: attempt.step,
    channel: attempt.channel,
    account: attempt.account,
    from: facts?.steps[attempt.step]?.from ?? null,
    status: attempt.status,
    provider_message_id: attempt.messageId ?? null,
    provider_status: attempt.vendorStatus ?? null,
    error: attempt.error ?? null,
    cost: null,
    queued_at: time(attempt.queuedAt),
    sent_at: maybeTime(attempt.sentAt),
    delivered_at: maybeTime(attempt.deliveredAt),
    failed_at: maybeTime(attempt.failedAt),
  };
}

/** Nothing is left of a verification that has ended. */
export const checksLeft = (status: string, made: number, max: number): number =>
  status === 'pending' ? Math.max(max - made, 0) : 0;

export function presentSends(made: number, limit: Limit | null, used: SendsUsed) {
  if (!limit) return { made, left: null, next_at: null };
  const left = Math.max(limit.count - used.count, 0);
  return { made, left, next_at: left === 0 ? maybeTime(used.until) : null };
}
