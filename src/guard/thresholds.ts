const MINUTE = 60_000;

/**
 * When one of the rules against pumping calls it too much (docs/guard.md explains them one by one).
 * - `burst`: so many unconfirmed sends within a minute; or `burst_factor` times what the best long window has brought in
 *   confirmed ones;
 * - `slow`, `slow_factor`: the same for a long window, without those that may still be confirmed;
 * - `share`: where at least this part of a long window is confirmed, nothing is too much;
 * - `probation`: so many unconfirmed ones are enough within a day after a block.
 */
interface Surge {
  /** Milliseconds of a long window. */
  readonly window: number;
  readonly burst: number;
  readonly burst_factor: number;
  readonly slow: number;
  readonly slow_factor: number;
  readonly share: number;
  readonly probation: number;
}

export interface Thresholds {
  readonly prefix: Surge;
  readonly country: Surge;
  readonly application: Surge;
  /** Other countries that one address may send to within an hour; the next one is too many. */
  readonly countries: number;
  /** Approvals that an application has to have had before rules that compare with them refuse anything. */
  readonly learning: number;
}

/**
 * Twenty times the usual traffic is a good day, not an attack: the factors are above that. The floors are what a quiet
 * country or prefix can have by chance (a Poisson count of mean 1 reaches 8 once in a hundred thousand minutes).
 */
export const THRESHOLDS: Thresholds = {
  prefix: { window: 60 * MINUTE, burst: 8, burst_factor: 30, slow: 10, slow_factor: 5, share: 0.1, probation: 3 },
  country: { window: 10 * MINUTE, burst: 10, burst_factor: 30, slow: 20, slow_factor: 5, share: 0.25, probation: 3 },
  application: {
    window: 10 * MINUTE,
    burst: 100,
    burst_factor: 30,
    slow: 200,
    slow_factor: 5,
    share: 0.2,
    probation: 30,
  },
  countries: 3,
  learning: 100,
};
