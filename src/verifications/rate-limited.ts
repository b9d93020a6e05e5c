import { Problem } from '../shared/problem.js';
import type { Limited } from '../store/budgets.js';

/** A recipient's budget refuses a send: names it, and says until when. */
export function rateLimited({ limit, retryAfterMs, until }: Limited): Problem {
  const retryAfter = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const detail = `The limit ${limit} allows this recipient no message until ${new Date(until).toISOString()}.`;
  return new Problem(429, 'rate_limited', 'Too many requests', detail, { retryAfter, limit });
}
