/** Who is refused first. Checks go last: who typed a code has been waited for, and a message was paid for it. */
export const KINDS = ['start', 'read', 'check'] as const;
export type Kind = (typeof KINDS)[number];

/** Up to which share of the limit each kind is let in: what one kind may not use is kept for those after it. */
const SHARES: Readonly<Record<Kind, number>> = { start: 0.5, read: 0.8, check: 1 };

/** Requests at a time while all is well. Bounds memory (some 20 KB each) when Redis or a store behind it is slow. */
const MOST = 4_000;
/** Requests at a time at worst: so few never keep a loop for long, and are enough to keep it busy. */
const LEAST = 60;
/** Checks follow starts that were let in, so only those that nobody has asked for get to this bound. */
const LEAST_CHECKS = 200;

/** This late for this many samples of 100 ms: a burst is served within that time. */
const LATE_MS = 35;
const LATE_SAMPLES = 3;
/** What is aimed at from then on: refusals then take less than 50 ms of their callers' time. */
const TARGET_MS = 10;
const DOWN = 0.8;
const UP = 1.25;

/** A code that leaves later than this is asked for again, which makes it worse. */
const QUEUE_LATE_MS = 1_000;
const QUEUE_LATE_SAMPLES = 3;
const QUEUE_UP = 0.05;
const QUEUE_DOWN = 0.5;
/** Below it, none: a share never gets to nothing by halves. */
const QUEUE_LEAST = 0.04;
/** The rest shows whether it is still so. */
const QUEUE_MOST = 0.95;

/**
 * How much may be under way at a time. The limit falls while the event loop is late and rises when it is not, as TCP's
 * window does; so it finds what this machine can do, whatever a request costs. Starts also bring about deliveries: what this
 * process works at counts against them, and while the queue falls behind, a growing share of starts is refused as well.
 */
export class Limiter {
  private limit = MOST;
  private underWay = 0;
  private deliveries = 0;
  /** The most that were under way since the last sample. */
  private peak = 0;
  private lateSamples = 0;
  private queueLateSamples = 0;
  private refusedStarts = 0;

  constructor(private readonly random: () => number) {}

  get limiting(): boolean {
    return this.limit < MOST || this.refusedStarts > 0;
  }

  /** Whether one more of a kind may be under way. */
  hasRoom(kind: Kind): boolean {
    const delivering = kind === 'start' ? this.deliveries : 0;
    const least = kind === 'check' ? LEAST_CHECKS : 0;
    return this.underWay + delivering < Math.max(least, this.limit * SHARES[kind]);
  }

  /** @returns false for one that must be refused; every other one is to be released */
  admit(kind: Kind): boolean {
    if (!this.hasRoom(kind)) return false;
    if (kind === 'start' && this.refusedStarts > 0 && this.random() < this.refusedStarts) return false;
    this.underWay += 1;
    this.peak = Math.max(this.peak, this.underWay);
    return true;
  }

  release(): void {
    this.underWay -= 1;
  }

  /** @param change 1 for a delivery that this process works at from now on, -1 for one that it does not any more */
  countDelivery(change: 1 | -1): void {
    this.deliveries += change;
  }

  /** Does a delivery: as long as it takes there is room for one start less. */
  async deliver<T>(work: () => Promise<T>): Promise<T> {
    this.countDelivery(1);
    try {
      return await work();
    } finally {
      this.countDelivery(-1);
    }
  }

  /** Waits for a vendor in a delivery: that costs this process nothing, and a slow one must not make it refuse anybody. */
  async waitForVendor<T>(wait: () => Promise<T>): Promise<T> {
    this.countDelivery(-1);
    try {
      return await wait();
    } finally {
      this.countDelivery(1);
    }
  }

  /** @param lateMs of the event loop, every 100 ms */
  observeLoop(lateMs: number): void {
    const { peak } = this;
    this.peak = this.underWay;
    if (this.limit === MOST) {
      this.lateSamples = lateMs > LATE_MS ? this.lateSamples + 1 : 0;
      if (this.lateSamples < LATE_SAMPLES) return;
      this.lateSamples = 0;
      this.limit = Math.max(LEAST, (peak + this.deliveries) * DOWN);
    } else if (lateMs > TARGET_MS) {
      this.limit = Math.max(LEAST, this.limit * DOWN);
    } else if (lateMs < TARGET_MS / 2) {
      this.limit = Math.min(MOST, this.limit * UP);
    }
  }

  /** @param lateMs how long the oldest job waits in a queue that moves, every quarter of a second */
  observeQueue(lateMs: number): void {
    const late = lateMs > QUEUE_LATE_MS;
    this.queueLateSamples = late ? this.queueLateSamples + 1 : 0;
    if (late && this.queueLateSamples < QUEUE_LATE_SAMPLES) return;
    const share = late
      ? this.refusedStarts + QUEUE_UP * Math.min(2, lateMs / QUEUE_LATE_MS)
      : this.refusedStarts * QUEUE_DOWN;
    this.refusedStarts = share < QUEUE_LEAST ? 0 : Math.min(QUEUE_MOST, share);
  }
}
