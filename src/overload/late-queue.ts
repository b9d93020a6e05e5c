/** A code that leaves later than this is asked for again, which makes it worse. */
const LATE_MS = 1_000;
const LATE_SAMPLES = 3;
const UP = 0.05;
const DOWN = 0.5;
/** Below it, none: a share never gets to nothing by halves. */
const LEAST = 0.04;
/** The rest shows whether it is still so. */
const MOST = 0.95;

/** Which share of starts is refused because the messages of those before them are late. */
export class LateQueue {
  /** 0 to 1. */
  refusedShare = 0;
  private lateSamples = 0;

  /** @param lateMs how long the oldest job waits in a queue that moves, every quarter of a second */
  observe(lateMs: number): void {
    const late = lateMs > LATE_MS;
    this.lateSamples = late ? this.lateSamples + 1 : 0;
    if (late && this.lateSamples < LATE_SAMPLES) return;
    const share = late ? this.refusedShare + UP * Math.min(2, lateMs / LATE_MS) : this.refusedShare * DOWN;
    this.refusedShare = share < LEAST ? 0 : Math.min(MOST, share);
  }
}
