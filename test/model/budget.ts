import type { Limit, Limits } from '../../src/config/config.js';
import { must } from './violation.js';

const HOUR_MS = 3_600_000;

/** A budget as it should be, worked out from all its uses, which are never forgotten here. */
export class Budget {
  private readonly times: number[] = [];

  constructor(
    private readonly limits: readonly Limit[],
    private readonly waits: readonly number[] = [],
  ) {}

  use(now: number): void {
    this.times.push(now);
    for (const { count, seconds } of this.limits) {
      must(this.within(now, seconds).length <= count, 'budget', () => `more than ${count} within ${seconds} s`);
    }
  }

  /** Milliseconds until the limits allow; 0 when they do. */
  fullFor(now: number): number {
    const waits = this.limits.map(({ count, seconds }) => {
      const leaving = this.within(now, seconds).at(-count);
      return leaving === undefined ? 0 : leaving + seconds * 1_000 - now;
    });
    return Math.max(0, ...waits);
  }

  /** Milliseconds until the wait after the newest use is over. */
  waitFor(now: number): number {
    const reach = Math.max(HOUR_MS, ...this.waits.map((seconds) => seconds * 1_000)) / 1_000;
    const used = this.within(now, reach).length;
    const seconds = used === 0 ? 0 : (this.waits[used - 1] ?? this.waits.at(-1) ?? 0);
    return Math.max(0, (this.times.at(-1) ?? 0) + seconds * 1_000 - now);
  }

  left(now: number): number | null {
    const left = this.limits.map(({ count, seconds }) => count - this.within(now, seconds).length);
    return left.length === 0 ? null : Math.min(...left);
  }

  /** What Redis should hold: no more than it is asked about, and nothing from before a pause that made all of it old. */
  kept(now: number): number[] {
    const most = Math.max(0, this.waits.length, ...this.limits.map(({ count }) => count));
    const lives = this.limits.map(({ seconds }) => seconds * 1_000);
    if (this.waits.length > 0) lives.push(HOUR_MS, ...this.waits.map((seconds) => seconds * 1_000));
    const life = Math.max(0, ...lives);
    const newest = this.times.slice(-most || this.times.length).reverse();
    const pause = newest.findIndex((time, i) => time + life <= (newest[i - 1] ?? now));
    return pause === -1 ? newest : newest.slice(0, pause);
  }

  private within(now: number, seconds: number): number[] {
    return this.times.filter((time) => time > now - seconds * 1_000);
  }
}

/** Both budgets of a recipient. */
export class Budgets {
  readonly sends: Budget;
  readonly failures: Budget;

  constructor({ sends_per_number, send_wait, failures_per_number }: Limits) {
    this.sends = new Budget(sends_per_number, send_wait);
    this.failures = new Budget(failures_per_number);
  }

  /** What refuses a send for the longest; undefined when nothing does. */
  refusal(now: number): { limit: string; ms: number } | undefined {
    const all = [
      { limit: 'sends_per_number', ms: this.sends.fullFor(now) },
      { limit: 'send_wait', ms: this.sends.waitFor(now) },
      { limit: 'failures_per_number', ms: this.failures.fullFor(now) },
    ];
    return all.filter(({ ms }) => ms > 0).sort((a, b) => b.ms - a.ms)[0];
  }
}
