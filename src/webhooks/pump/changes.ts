import type { WaitingEntry, WaitingFacts, WebhookChange } from '../../store/webhook-queue.store.js';
import type { DeliveryLine } from '../delivery-log.js';

/** A cursor that has only passed what nobody wants need not be written more often: it costs a second look at it. */
const CURSOR_EVERY_MS = 2_000;
/** Lines for the log that wait while Redis is away. */
const MOST_LINES = 500;

/** What Redis must be told of one webhook: one change at a time, in order, each until it has been taken. */
export class Changes {
  private wait = new Map<string, WaitingEntry>();
  private done = new Set<string>();
  private dead = new Map<string, WaitingFacts & { entry: string }>();
  private log: DeliveryLine[] = [];
  private paused?: string;
  private sent?: WebhookChange;
  private sentAt = 0;

  constructor(private cursor: string) {}

  waits(entry: WaitingEntry): void {
    this.wait.set(entry.entry, entry);
  }

  settled(entry: string): void {
    this.wait.delete(entry);
    this.done.add(entry);
  }

  died({ entry, subject, attempts, firstAt, last }: WaitingFacts & { entry: string }): void {
    this.wait.delete(entry);
    this.dead.set(entry, { entry, subject, attempts, firstAt, last });
  }

  logs(line: DeliveryLine): void {
    if (this.log.length < MOST_LINES) this.log.push(line);
  }

  pauses(event: string): void {
    this.paused = event;
  }

  /** True for an entry of which Redis does not know the latest. */
  has(entry: string): boolean {
    const { wait = [], done = [], dead = [] } = this.sent ?? {};
    const sent = [...wait, ...dead].some((one) => one.entry === entry) || done.includes(entry);
    return sent || this.wait.has(entry) || this.done.has(entry) || this.dead.has(entry);
  }

  /** What to write now, if anything. The same again until it is {@link taken}. */
  next(cursor: string, failingSince: number, now: number): WebhookChange | undefined {
    if (this.sent) return this.sent;
    const nothing = this.wait.size + this.done.size + this.dead.size + this.log.length === 0;
    if (nothing && (cursor === this.cursor || now - this.sentAt < CURSOR_EVERY_MS)) return undefined;
    const { paused } = this;
    const log = this.log.map((line) => JSON.stringify(line));
    const [wait, done, dead] = [[...this.wait.values()], [...this.done], [...this.dead.values()]];
    this.sent = { cursor, wait, done, dead, log, failingSince, paused };
    this.sentAt = now;
    this.wait = new Map();
    this.done = new Set();
    this.dead = new Map();
    this.log = [];
    this.paused = undefined;
    return this.sent;
  }

  taken(): void {
    this.cursor = this.sent?.cursor ?? this.cursor;
    this.sent = undefined;
  }
}
