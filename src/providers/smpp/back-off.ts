/** The first wait after a refused or lost connection, and the longest. */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/**
 * A wrong password does not get better by itself, and some vendors lock out who tries it often. But the same answers come
 * while the binds of a process that was just replaced are still counted.
 */
const FIRST_REFUSED_MS = 10_000;
const LONGEST_REFUSED_MS = 300_000;
/** Of a connection that had worked: so that the processes of a whole cluster do not come back in one moment. */
const AT_ONCE_MS = 250;

/** A vendor's rate is counted in seconds at most; a tenth of one lets a short burst through at nearly full speed. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** `at_once`: it had worked until now. `refused`: credentials or settings are wrong. */
export type Loss = 'at_once' | 'again' | 'refused';

/**
 * How long to wait before the next try to bind.
 * @param failures tries that have failed in a row, from 1
 * @param random from 0 to 1
 */
export function reconnectAfter(loss: Loss, failures: number, random: number): number {
  if (loss === 'at_once') return AT_ONCE_MS * random;
  const [first, longest] = loss === 'refused' ? [FIRST_REFUSED_MS, LONGEST_REFUSED_MS] : [FIRST_MS, LONGEST_MS];
  return Math.min(first * 2 ** (failures - 1), longest) * (0.5 + random / 2);
}

/** Tells how long a bind that is told to slow down keeps still. */
export class Throttle {
  private inARow = 0;
  private pauses = 0;

  /** What each request takes along: the pauses before it. */
  get mark(): number {
    return this.pauses;
  }

  /**
   * What follows an answer. Those to requests from before a pause are no news once it has begun, neither good nor bad:
   * a whole window is told to slow down at once.
   * @param random from 0 to 1
   * @returns milliseconds to pause from now on; undefined to go on
   */
  heed(throttled: boolean, mark: number, random: number): number | undefined {
    if (mark !== this.pauses) return undefined;
    if (!throttled) {
      this.inARow = 0;
      return undefined;
    }
    this.pauses++;
    return Math.min(FIRST_PAUSE_MS * 2 ** this.inARow++, LONGEST_PAUSE_MS) * (0.5 + random / 2);
  }
}
