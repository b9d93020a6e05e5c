import type { Kind, Limiter } from '../../src/overload/limiter.js';

/** What things cost of the event loop's time, in ms, as measured; a refusal is node's own handling of a request. */
export interface Costs {
  readonly refusal: number;
  /** Until Redis is asked, and from its answer on. */
  readonly request: number;
  readonly delivery: number;
}

interface Request {
  readonly kind: Kind;
  readonly at: number;
  leave?: () => void;
}

/** A turn of the loop takes at least this long: also how long Redis takes to answer. */
const TURN_MS = 0.5;
/** Deliveries at a time. */
const CONCURRENCY = 100;
const RESOLUTION_MS = 10;

/**
 * One event loop in simulated time: each turn handles all requests that came during the last one, all answers of Redis,
 * and the next third of each delivery. A login is a start; when its message has left, a read and a check.
 */
export class SimulatedService {
  now = 0;
  readonly refused: (Request & { readonly ms: number })[] = [];
  readonly answered: (Request & { readonly ms: number })[] = [];
  private arrived: Request[] = [];
  private begun: Request[] = [];
  private asked: Request[] = [];
  private readonly waiting: number[] = [];
  private delivering: { left: number }[] = [];
  private owed = 0;
  private lags: number[] = [];
  private firedAt = 0;
  private sampledAt = 0;
  private queueSampledAt = 0;
  private backlogBefore?: number;

  constructor(
    private readonly limiter: Limiter,
    private readonly costs: Costs,
  ) {}

  /** Logins a second that it has time for. */
  get capacity(): number {
    return 1_000 / (3 * 2 * this.costs.request + this.costs.delivery);
  }

  /** Logins come at this rate for so many seconds. */
  run(perSecond: number, seconds: number): void {
    for (const end = this.now + seconds * 1_000; this.now < end;) {
      const from = this.now;
      this.turn();
      this.owed += ((this.now - from) * perSecond) / 1_000;
      for (let i = 0, n = Math.floor(this.owed); i < n; i++, this.owed--) {
        this.arrived.push({ kind: 'start', at: from + ((this.now - from) * i) / n });
      }
      this.observe();
    }
  }

  private turn(): void {
    const { refusal, request, delivery } = this.costs;
    const started = this.now;
    const [arrived, answers] = [this.arrived, this.asked];
    [this.arrived, this.asked] = [[], []];
    for (const each of answers) {
      this.now += request;
      each.leave?.();
      this.answered.push({ ...each, ms: this.now - each.at });
      if (each.kind === 'start') this.waiting.push(this.now);
    }
    for (const each of arrived) {
      each.leave = this.limiter.enter(each.kind, () => this.begun.push(each));
      if (each.leave) continue;
      this.now += refusal;
      this.refused.push({ ...each, ms: this.now - each.at });
    }
    for (const each of this.begun.splice(0)) {
      this.now += request;
      this.asked.push(each);
    }
    while (this.delivering.length < CONCURRENCY && this.waiting.shift() !== undefined) {
      this.limiter.count('delivery', 1);
      this.delivering.push({ left: 3 });
    }
    for (const each of this.delivering) {
      this.now += delivery / 3;
      if (--each.left > 0) continue;
      this.limiter.count('delivery', -1);
      this.arrived.push({ kind: 'read', at: this.now }, { kind: 'check', at: this.now });
    }
    this.delivering = this.delivering.filter(({ left }) => left > 0);
    this.now = Math.max(this.now, started + TURN_MS);
  }

  /** As `LoopWatch` and `QueueWatch` do. */
  private observe(): void {
    if (this.now - this.firedAt >= RESOLUTION_MS) {
      this.lags.push(this.now - this.firedAt);
      this.firedAt = this.now;
    }
    if (this.now - this.sampledAt >= 100) {
      const mean = this.lags.reduce((sum, lag) => sum + lag, 0) / Math.max(1, this.lags.length);
      this.limiter.observeLoop(Math.max(0, mean - RESOLUTION_MS));
      this.lags = [];
      this.sampledAt = this.now;
    }
    if (this.now - this.queueSampledAt >= 250) {
      const oldest = this.waiting[0];
      this.limiter.observeQueue(oldest === undefined || oldest === this.backlogBefore ? 0 : this.now - oldest);
      this.backlogBefore = oldest;
      this.queueSampledAt = this.now;
    }
  }
}
