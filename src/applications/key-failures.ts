import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../shared/bounded-map.js';
import { visitorOf } from '../shared/addresses.js';
import { Problem } from '../shared/problem.js';

/** A person who mistypes a key tries a few times, a deployment with an old one every few seconds. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;
const MOST_VISITORS = 10_000;

/**
 * Unknown keys by address. Counted in each process: it must work without Redis, and our tokens are no easier to guess
 * with a few processes to ask. A token that has worked from an address goes on working there, so that nobody is locked
 * out by a neighbour behind the same proxy; one that has not is refused unseen, right or wrong.
 */
@Injectable()
export class KeyFailures {
  private readonly failures = new BoundedMap<{ count: number; readonly until: number }>(MOST_VISITORS);
  private readonly worked = new BoundedMap<true>(MOST_VISITORS);

  /** Why a token is not even looked at. @param now Unix milliseconds */
  refusal(ip: string, tokenHash: string, now: number): Problem | undefined {
    const problem = this.tooMany(ip, now);
    return problem && !this.worked.has(`${ip} ${tokenHash}`) ? problem : undefined;
  }

  success(ip: string, tokenHash: string): void {
    const what = `${ip} ${tokenHash}`;
    if (!this.worked.has(what)) this.worked.set(what, true);
  }

  /** Counts an unknown key. @returns the refusal for it if there were too many before */
  failure(ip: string, now: number): Problem | undefined {
    const problem = this.tooMany(ip, now);
    if (problem) return problem;
    const visitor = visitorOf(ip);
    const entry = this.failures.get(visitor);
    if (entry && entry.until > now) entry.count++;
    else this.failures.set(visitor, { count: 1, until: now + WINDOW_MS });
    return undefined;
  }

  private tooMany(ip: string, now: number): Problem | undefined {
    if (this.failures.isEmpty) return undefined;
    const entry = this.failures.get(visitorOf(ip));
    if (!entry || entry.until <= now || entry.count < MOST_FAILURES) return undefined;
    return new Problem(429, 'rate_limited', 'Too many requests', 'Too many unknown keys came from this address.', {
      limit: 'key_failures_per_ip',
      retryAfter: Math.ceil((entry.until - now) / 1_000),
    });
  }
}
