import type { Channel, Receipt } from '../contract.js';

/** A message that the platform took. */
export interface SentMessage {
  readonly attemptId: string;
  readonly messageId: string;
  readonly channel: Channel;
}

/** One whose report has not come. */
interface Watched extends SentMessage {
  asked: number;
  timer?: NodeJS.Timeout;
}

/** Asked after one, two and three times the interval, or as soon as there is room for the question; a message that has no end then is the step's timer's. */
const ASKS = 3;
/** Messages that are watched at a time, and questions a minute. The platform takes 1000 GETs a minute for everything. */
const MOST_WATCHED = 2_000;
const MOST_A_MINUTE = 600;
const ASK_TIMEOUT_MS = 5_000;

/**
 * Asks for the status of messages whose report is missing. At its best effort: what is watched is in memory only, and
 * ends with the process. Nothing is lost by that, because the step's wait in Redis decides when the next one starts.
 */
export class StatusPull {
  private readonly watched = new Map<string, Watched>();
  private minute = 0;
  private asks = 0;

  constructor(
    private readonly afterMs: number,
    private readonly ask: (sent: SentMessage, deadline: number) => Promise<Receipt | undefined>,
    private readonly receive: (receipt: Receipt) => Promise<void>,
  ) {}

  /** The message was taken: asks for it later, unless its end is known by then. */
  watch(sent: SentMessage): void {
    if (this.watched.size >= MOST_WATCHED) return;
    const watched: Watched = { ...sent, asked: 0 };
    this.watched.set(sent.attemptId, watched);
    this.schedule(watched);
  }

  /** Its report has come. */
  forget(about: Receipt['about']): void {
    for (const watched of this.find(about)) {
      clearTimeout(watched.timer);
      this.watched.delete(watched.attemptId);
    }
  }

  close(): void {
    for (const { timer } of this.watched.values()) clearTimeout(timer);
    this.watched.clear();
  }

  private find(about: Receipt['about']): Watched[] {
    return 'attemptId' in about
      ? [this.watched.get(about.attemptId)].filter((watched) => watched !== undefined)
      : [...this.watched.values()].filter(({ messageId }) => messageId === about.messageId);
  }

  private schedule(watched: Watched): void {
    watched.timer = setTimeout(() => void this.askFor(watched), this.afterMs);
    watched.timer.unref();
  }

  private async askFor(watched: Watched): Promise<void> {
    // Too many for this minute: later is as good, and nothing was asked yet.
    if (!this.mayAsk()) {
      this.schedule(watched);
      return;
    }
    const receipt = await this.answerTo(watched);
    // Its report came while we asked.
    if (this.watched.get(watched.attemptId) !== watched) return;
    watched.asked++;
    const stored = receipt !== undefined && (await this.store(receipt));
    if (stored || watched.asked >= ASKS) this.watched.delete(watched.attemptId);
    else if (this.watched.has(watched.attemptId)) this.schedule(watched);
  }

  /** What could not be stored is asked for again. */
  private store(receipt: Receipt): Promise<boolean> {
    return this.receive(receipt).then(
      () => true,
      () => false,
    );
  }

  /** A question that fails says nothing about the message. */
  private async answerTo(watched: Watched): Promise<Receipt | undefined> {
    try {
      return await this.ask(watched, Date.now() + ASK_TIMEOUT_MS);
    } catch {
      return undefined;
    }
  }

  private mayAsk(): boolean {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.minute) this.asks = 0;
    this.minute = minute;
    return this.asks++ < MOST_A_MINUTE;
  }
}
