import { Problem } from '../shared/problem.js';

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

/** A limit is used up: names it, and says when it has room again. */
export function limitUsedUp(limit: string, retryAfterMs: number): Problem {
  const retryAfter = seconds(retryAfterMs);
  const detail = `The limit ${limit} is used up. Try again in ${retryAfter} s.`;
  return new Problem(429, 'rate_limited', 'Too many requests', detail, { retryAfter, limit });
}

/** Nothing is sent there: names the rule, and says until when, if that ends by itself. */
export function blocked(limit: string, retryAfterMs: number | undefined): Problem {
  const retryAfter = retryAfterMs === undefined ? undefined : seconds(retryAfterMs);
  const until = retryAfter === undefined ? '' : ` Try again in ${retryAfter} s.`;
  return new Problem(403, 'blocked', 'Not sent', `The rule ${limit} does not let this be sent.${until}`, {
    retryAfter,
    limit,
  });
}
