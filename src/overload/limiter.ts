import { AsyncResource } from 'node:async_hooks';
import { Lane } from './lane.js';
import { LateQueue } from './late-queue.js';

/** Who is refused first. Checks go last: who typed a code has been waited for, and a message was paid for it. */
export const KINDS = ['start', 'read', 'check'] as const;
export type Kind = (typeof KINDS)[number];

/** What a process works at: requests that were let in, and messages that it sends. */
type Work = 'request' | 'delivery';

/** Up to which share of the limit each kind is worked at: what one kind may not use is kept for those after it. */
const SHARES: Readonly<Record<Kind, number>> = { start: 0.5, read: 0.8, check: 1 };
/** Up to which share deliveries count: while a process works off what has piled up, some starts are still let in. */
const DELIVERIES_SHARE = 0.45;
/** How many of each kind may wait. Bounds memory: some 20 KB each. */
const WAITING: Readonly<Record<Kind, number>> = { start: 1_200, read: 500, check: 500 };
const MOST_URGENT_FIRST = [...KINDS].reverse();

/**
 * Requests worked at, at a time, as a rule: enough that Redis gets its commands in good lots, and so few that a turn of the
 * loop stays short, for which refusals wait.
 */
const USUAL = 64;
/** When Redis or a store behind it is slow: the loop has time for more. */
const MOST = 2_000;

/** How late the event loop may be with more than usual at work. */
const TARGET_MS = 8;
const DOWN = 0.8;
const UP = 1.25;

/**
 * How much is worked at, at a time; the rest waits for its turn, or is refused when too many wait. The limit rises while
 * somebody waits although the event loop has time, and falls while it is late, as TCP's window does; so it finds what this
 * machine can do, however long others let a request wait. Starts also bring about deliveries: what this process works at
 * counts against starts and reads, and while the queue falls behind, a growing share of starts is refused as well.
 */
export class Limiter {
  private limit = USUAL;
  private readonly atWork: Record<Work, number> = { request: 0, delivery: 0 };
  private readonly lanes = new Map(KINDS.map((kind) => [kind, new Lane(WAITING[kind])]));
  private readonly lateQueue = new LateQueue();

  constructor(private readonly random: () => number) {}

  /** Whether one more of a kind is let in or may wait. */
  hasRoom(kind: Kind): boolean {
    return this.isFree(kind) || this.lane(kind).hasRoom;
  }

  /**
   * @param letIn is called at once, or when its turn has come
   * @returns to be called when it has ended, or does not want to wait any more; undefined for one that must be refused
   */
  enter(kind: Kind, letIn: () => void): (() => void) | undefined {
    const { refusedShare } = this.lateQueue;
    if (kind === 'start' && refusedShare > 0 && this.random() < refusedShare) return undefined;
    const lane = this.lane(kind);
    if (lane.isEmpty && this.isFree(kind)) {
      this.count('request', 1);
      letIn();
      return this.leave;
    }
    return lane.hasRoom ? this.wait(lane, letIn) : undefined;
  }

  /** @param change 1 for one more that this process works at from now on, -1 for one less */
  count(work: Work, change: 1 | -1): void {
    this.atWork[work] += change;
    if (change < 0) this.letInWhoWaits();
  }

  /** Does a delivery: as long as it takes there is room for one start less. */
  async deliver<T>(work: () => Promise<T>): Promise<T> {
    this.count('delivery', 1);
    try {
      return await work();
    } finally {
      this.count('delivery', -1);
    }
  }

  /** Waits for a vendor, for Redis, or for news: that costs this process nothing, and must not make it refuse anybody. */
  async whileWaiting<T>(work: Work, wait: () => Promise<T>): Promise<T> {
    this.count(work, -1);
    try {
      return await wait();
    } finally {
      this.count(work, 1);
    }
  }

  /** @param lateMs of the event loop, every 100 ms */
  observeLoop(lateMs: number): void {
    const hasTime = lateMs < TARGET_MS / 4;
    // Each is asked, as each starts its next sample with this.
    const wanted = [...this.lanes.values()].map((lane) => lane.observe(!hasTime)).includes(true);
    if (lateMs > TARGET_MS || !wanted) {
      this.limit = Math.max(USUAL, this.limit * DOWN);
    } else if (hasTime) {
      this.limit = Math.min(MOST, this.limit * UP);
      this.letInWhoWaits();
    }
  }

  /** @param lateMs how long the oldest job waits in a queue that moves, every quarter of a second */
  observeQueue(lateMs: number): void {
    this.lateQueue.observe(lateMs);
  }

  private wait(lane: Lane, letIn: () => void): () => void {
    let leave: () => void;
    // Whoever makes room is another request: this one goes on as itself.
    const asItself = AsyncResource.bind(() => {
      this.count('request', 1);
      leave = this.leave;
      letIn();
    });
    leave = lane.wait(asItself);
    return () => {
      leave();
    };
  }

  private readonly leave = (): void => {
    this.count('request', -1);
  };

  private letInWhoWaits(): void {
    for (const kind of MOST_URGENT_FIRST) {
      const lane = this.lane(kind);
      while (!lane.isEmpty && this.isFree(kind)) lane.next();
    }
  }

  private isFree(kind: Kind): boolean {
    const { request, delivery } = this.atWork;
    const delivering = kind === 'check' ? 0 : Math.min(delivery, this.limit * DELIVERIES_SHARE);
    return request + delivering < this.limit * SHARES[kind];
  }

  private lane(kind: Kind): Lane {
    return this.lanes.get(kind) as Lane;
  }
}
