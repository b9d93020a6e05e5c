/** Times of a webhook's life, and what follows a failure. Plain functions; times in ms, `now` is Unix time. */

const DAY_MS = 24 * 3_600_000;

/** Before the second attempt, the third …; the last one repeats. Quick for a restart, patient with an outage. */
const DELAYS_MS = [10_000, 100_000, 1_000_000, 10_000_000] as const;
/** Up to a tenth more: events that failed together do not come back together for ever. */
const JITTER = 0.1;

/** As many failures in a row look like a receiver that is down: it gets single tries until one succeeds. */
const REST_AFTER = 10;
/** So soon after its return a receiver has what came meanwhile; to one that is down this is no load. */
export const PROBE_EVERY_MS = 10_000;

interface Failures {
  /** Attempts made, this one included. */
  readonly attempts: number;
  /** When the first was made. */
  readonly firstAt: number;
  /** When the webhook was made active: failures before that count no longer. */
  readonly resumedAt: number;
  /** Of one event, where the webhook sets a number. */
  readonly most?: number;
}

/** When an event is tried again, or `dead` when it has had its day of attempts, or as many as it may. @param random from 0 to 1 */
export function afterFailure(
  { attempts, firstAt, resumedAt, most = Infinity }: Failures,
  now: number,
  random: number,
): number | 'dead' {
  if (attempts >= most) return 'dead';
  if (now - Math.max(firstAt, resumedAt) >= DAY_MS) return 'dead';
  const delay = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1] ?? DELAYS_MS[0];
  return Math.round(now + delay * (1 + JITTER * random));
}

/** Nothing but failures for a day. */
export const shouldPause = (failingSince: number, resumedAt: number, now: number): boolean =>
  failingSince > 0 && now - Math.max(failingSince, resumedAt) >= DAY_MS;

export const shouldRest = (failuresInARow: number): boolean => failuresInARow >= REST_AFTER;
