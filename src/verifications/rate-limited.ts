import { Problem } from '../shared/problem.js';
import type { Limited } from '../store/budgets.js';

/** A recipient's budget is used up: names it, and says until when. */
export function rateLimited({ limit, retryAfterMs }: Limited): Problem {
  const retryAfter = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const detail = `The limit ${limit} is used up for this recipient. Try again in ${retryAfter} s.`;
  return new Problem(429, 'rate_limited', 'Too many requests', detail, { retryAfter, limit });
}
