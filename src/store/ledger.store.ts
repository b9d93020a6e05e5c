import { Inject, Injectable } from '@nestjs/common';
import type { Micros } from '../config/money.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { fieldsOf } from './hashes.js';
import { loadScript, run } from './script.js';

const scripts = { charge: loadScript('charge'), refund: loadScript('refund'), spent: loadScript('spent') };

/** In the order in which the script takes them. */
export const CEILINGS = ['spend_per_hour', 'spend_per_day', 'country_spend_per_hour', 'country_spend_per_day'] as const;
export type Ceiling = (typeof CEILINGS)[number];

export interface Purchase {
  readonly application: string;
  readonly country: string;
  readonly amount: Micros;
  readonly ceilings: Readonly<Record<Ceiling, Micros | undefined>>;
}

interface Refusal {
  readonly limit: Ceiling;
  /** Until the next window of this ceiling. */
  readonly retryAfterMs: number;
}

/** What was spent in a window. */
export interface Spent {
  /** Unix milliseconds at which it ends. */
  readonly endsAt: number;
  readonly total: Micros;
  readonly countries: Readonly<Record<string, Micros>>;
}

/**
 * A second try of an attempt (after a crash) is not charged again for so long: nine times the longest time-out and lease.
 * Later than that, with no worker for minutes, it is: the ceiling is reached a message early.
 */
const CHARGE_LIFE_MS = 600_000;

/**
 * What applications with a budget have spent. All keys of one carry the tag `{g:<application>}`:
 *
 * | key | holds | lives |
 * |---|---|---|
 * | `…:spent:h:<n>`, `…:spent:d:<n>` | sums of the n-th hour and day of 1970: `total`, and each country (hash) | 1 h beyond its window |
 * | `…:charge:<attempt>` | what the attempt was charged, and where (hash) | 10 min |
 */
@Injectable()
export class LedgerStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** Atomic over all ceilings; repeats of one attempt change nothing. @returns the ceiling that has refused it, if any */
  charge(purchase: Purchase, attemptId: string): Promise<Refusal | undefined> {
    return this.ask(purchase, [chargeKey(purchase.application, attemptId)]);
  }

  /** Whether a charge would be refused now. Changes nothing. */
  look(purchase: Purchase): Promise<Refusal | undefined> {
    return this.ask(purchase, []);
  }

  /** Once, and only while no second try of the attempt has begun. */
  async refund(application: string, attemptId: string): Promise<void> {
    await run(this.redis, scripts.refund, [chargeKey(application, attemptId)], []);
  }

  /** In the hour and the day that is now. */
  async spent(application: string): Promise<{ readonly hour: Spent; readonly day: Spent }> {
    const answer = (await run(this.redis, scripts.spent, [spentKey(application)], [])) as [number, unknown][];
    const [hour, day] = answer.map(toSpent) as [Spent, Spent];
    return { hour, day };
  }

  private async ask(purchase: Purchase, charge: readonly string[]): Promise<Refusal | undefined> {
    const { application, country, amount, ceilings } = purchase;
    const limits = CEILINGS.map((name) => ceilings[name] ?? '');
    const args = [amount, country, ...limits, CHARGE_LIFE_MS];
    const answer = await run(this.redis, scripts.charge, [spentKey(application), ...charge], args);
    const [position, retryAfterMs] = answer as [number?, number?];
    const limit = position === undefined ? undefined : CEILINGS[position - 1];
    return limit && { limit, retryAfterMs: Number(retryAfterMs) };
  }
}

const spentKey = (application: string): string => `pl:{g:${application}}:spent`;
const chargeKey = (application: string, attemptId: string): string => `pl:{g:${application}}:charge:${attemptId}`;

function toSpent([endsAt, flat]: [number, unknown]): Spent {
  const { total = '0', ...countries } = fieldsOf(flat);
  const sums = Object.entries(countries).map(([country, sum]) => [country, Number(sum)]);
  return { endsAt, total: Number(total), countries: Object.fromEntries(sums) as Record<string, Micros> };
}
