import type { Limits } from '../config/config.js';

/** How much of the recipient's send budget is used, and (Unix ms) until when that counts. */
export interface SendsUsed {
  readonly count: number;
  readonly until: number;
}

/** A budget of the recipient refused. */
export interface Limited {
  readonly kind: 'limited';
  readonly limit: string;
  readonly retryAfterMs: number;
}

export const limitCount = (limit: Limits[keyof Limits]): number => limit?.count ?? 0;
export const limitWindowMs = (limit: Limits[keyof Limits]): number => (limit?.seconds ?? 0) * 1_000;

/** Sends limit, its window, failures limit: as the scripts take them. */
export const limitArguments = ({ sends_per_number: sends, failures_per_number: failures }: Limits): number[] => [
  limitCount(sends),
  limitWindowMs(sends),
  limitCount(failures),
];

export const toLimited = (answer: readonly unknown[]): Limited => ({
  kind: 'limited',
  limit: String(answer[1]),
  retryAfterMs: Number(answer[2]),
});

/** From the two numbers that end an answer. */
export const toSendsUsed = (answer: readonly unknown[], at: number): SendsUsed => ({
  count: Number(answer[at]),
  until: Number(answer[at + 1]),
});
