import type { Limit, Limits } from '../config/config.js';

/** What is left of a recipient's budget of sends. */
export interface Allowance {
  /** Sends that every window leaves; undefined without a limit. */
  readonly left?: number;
  /** Unix ms from which the next send is allowed; undefined when it is now. */
  readonly nextAt?: number;
}

/** A budget of the recipient refused. */
export interface Limited {
  readonly kind: 'limited';
  readonly limit: string;
  readonly retryAfterMs: number;
  /** Unix ms. */
  readonly until: number;
}

/** The sends of the last hour choose the wait after them; a longer wait looks back as far. */
const WAITS_WITHIN_MS = 3_600_000;

/** Rules of the budgets of sends and of failures, as the scripts take them (`scripts/_budgets.lua`). */
export const budgetArguments = (limits: Limits): [sends: string, failures: string] => [
  encode(limits.sends_per_number, limits.send_wait),
  encode(limits.failures_per_number, []),
];

/** As JSON, with all that follows from the limits: Redis reads it faster than anything that Lua would take apart. */
function encode(ofBudget: readonly Limit[], ofSends: readonly number[]): string {
  if (ofBudget.length === 0 && ofSends.length === 0) return '';
  const limits = ofBudget.map(({ count, seconds }) => [count, seconds * 1_000] as const);
  const waits = ofSends.map((seconds) => seconds * 1_000);
  const within = Math.max(WAITS_WITHIN_MS, ...waits);
  const most = Math.max(waits.length, ...limits.map(([count]) => count));
  const life = Math.max(waits.length > 0 ? within : 0, ...limits.map(([, window]) => window));
  return JSON.stringify({ limits, waits, within, most, life });
}

export const toLimited = (answer: readonly unknown[]): Limited => ({
  kind: 'limited',
  limit: String(answer[1]),
  retryAfterMs: Number(answer[2]),
  until: Number(answer[3]),
});

/** From the two values that end an answer. */
export const toAllowance = (answer: readonly unknown[]): Allowance => {
  const [left, nextAt] = answer.slice(-2) as (number | null)[];
  return { left: left ?? undefined, nextAt: nextAt ?? undefined };
};
