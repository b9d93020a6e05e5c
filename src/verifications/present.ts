import type { Caller } from '../applications/key-book.js';
import { bounds } from '../config/bounds.js';
import { fromMicros } from '../config/money.js';
import { senderOf, type Facts } from '../store/facts.js';
import type { Attempt, VerificationState } from '../store/record.js';
import type { Allowance } from '../store/budgets.js';
import type { LimitLeft } from '../store/guard.store.js';

export type VerificationView = ReturnType<typeof present> & { readonly limits?: ReturnType<typeof presentLimits> };

/** What a start is told of the limits elsewhere. @param now Unix milliseconds */
export const presentLimits = (left: readonly LimitLeft[], now: number) =>
  left.map(({ name, left, waitMs }) => ({ name, left, next_at: waitMs > 0 ? time(now + waitMs) : null }));

const time = (ms: number): string => new Date(ms).toISOString();
const maybeTime = (ms: number | undefined): string | null => (ms === undefined ? null : time(ms));

interface PresentOptions {
  readonly readPii: boolean;
  readonly allowance: Allowance;
}

export const presentFor = ({ scopes }: Caller, allowance: Allowance): PresentOptions => ({
  readPii: scopes.has('pii:read'),
  allowance,
});

/** A verification as callers see it (design §3). `facts` is missing when their time has passed, or their secret was retired. */
export function present(state: VerificationState, facts: Facts | undefined, options: PresentOptions) {
  const { next, attempts } = state;
  return {
    id: state.id,
    status: state.status,
    delivery: state.delivery,
    to: facts && options.readPii ? facts.to : state.masked,
    profile: facts?.profile ?? null,
    reference: facts?.reference ?? null,
    metadata: facts?.metadata ?? {},
    checks: { made: state.checks.made, left: checksLeft(state.status, state.checks.made, state.checks.max) },
    sends: presentSends(state, options.allowance),
    channel: attempts.at(-1)?.channel ?? next?.channel ?? null,
    next_channel: next?.channel ?? null,
    next_at: maybeTime(next?.at),
    guard: facts?.guard ?? [],
    created_at: time(state.createdAt),
    expires_at: time(state.expiresAt),
    attempts: attempts.map((attempt) => presentAttempt(state.id, attempt, facts && senderOf(facts, state, attempt))),
  };
}

function presentAttempt(id: string, attempt: Attempt, from: string | undefined) {
  return {
    id: `${id}-${attempt.n}`,
    step: attempt.step,
    channel: attempt.channel,
    account: attempt.account,
    from: from ?? null,
    status: attempt.status,
    provider_message_id: attempt.messageId ?? null,
    provider_status: attempt.vendorStatus ?? null,
    error: attempt.error ?? null,
    cost: attempt.cost === undefined ? null : fromMicros(attempt.cost),
    queued_at: time(attempt.queuedAt),
    sent_at: maybeTime(attempt.sentAt),
    delivered_at: maybeTime(attempt.deliveredAt),
    failed_at: maybeTime(attempt.failedAt),
  };
}

/** Nothing is left of a verification that has ended. */
export const checksLeft = (status: string, made: number, max: number): number =>
  status === 'pending' ? Math.max(max - made, 0) : 0;

/** What windows and waits leave, and what the verification does while it lives: after its end the next one is another. */
export function presentSends(
  { status, sends: made, expiresAt }: Pick<VerificationState, 'status' | 'sends' | 'expiresAt'>,
  { left = bounds.sends, nextAt }: Allowance,
) {
  const more = bounds.sends - (status === 'pending' ? made : 0);
  const at = more > 0 ? nextAt : Math.max(nextAt ?? 0, expiresAt);
  return { made, left: Math.min(left, more), next_at: maybeTime(at) };
}
