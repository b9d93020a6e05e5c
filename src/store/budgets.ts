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

/** Budgets of sends and of failures as the scripts take them (`scripts/_budgets.lua`). */
export const budgetArguments = (limits: Limits): [sends: string, failures: string] => [
  encode(limits.sends_per_number, limits.send_wait),
  encode(limits.failures_per_number),
];

function encode(limits: readonly Limit[], waits: readonly number[] = []): string {
  const windows = limits.map(({ count, seconds }) => `${count}/${seconds * 1_000}`).join();
  return waits.length === 0 ? windows : `${windows};${waits.map((seconds) => seconds * 1_000).join()}`;
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
