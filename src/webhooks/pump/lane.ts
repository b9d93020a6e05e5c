import { placeBefore } from '../../store/event-entry.js';
import type { WaitingEntry, WebhookChange } from '../../store/webhook-queue.store.js';
import type { StoredWebhook, WebhookStatus } from '../../store/webhook.store.js';
import type { SendOutcome } from '../send.js';
import type { WebhookSettings } from '../settings.js';
import { Changes } from './changes.js';
import { afterFailure, PROBE_EVERY_MS, shouldPause, shouldRest } from './policy.js';
import { wants, type StreamEvent } from './stream-event.js';
import { SubjectQueues, type Item } from './subject-queues.js';

/** Requests at a time to one webhook: at 30 ms each it takes a thousand events a second. */
const PLACES = 32;
/** Of those for events that have failed before, so that neither they nor new ones keep the others waiting. */
const RETRY_PLACES = PLACES / 2;
/** Events taken off the stream and not settled: what a crash sends again at most. */
const WINDOW = 200;
/** Events that wait for another attempt. Beyond that, new ones stay in the stream until there is room. */
export const MOST_WAITING = 5_000;

/**
 * One webhook's way through the stream: what is to be sent now, and what Redis must be told. Talks to nobody itself.
 * Each webhook has a lane of its own, so that none waits for another.
 */
export class Lane {
  /** Up to here the stream was read. */
  place: string;
  private readonly changes: Changes;
  private status: WebhookStatus;
  private failingSince: number;
  private resumedAt: number;
  private failuresInARow = 0;
  private probeAt = 0;
  private readonly queues = new SubjectQueues();
  /** Taken off the stream and not settled, in its order: the cursor stays before the first of them. */
  private readonly fresh = new Set<Item>();
  private readonly sending = new Set<Item>();

  constructor(
    public webhook: StoredWebhook,
    public settings: WebhookSettings,
    waiting: readonly WaitingEntry[],
    private readonly random: () => number,
  ) {
    this.place = webhook.cursor;
    this.status = webhook.status;
    this.failingSince = webhook.failingSince;
    this.resumedAt = webhook.resumedAt;
    this.changes = new Changes(webhook.cursor);
    this.addWaiting(waiting);
  }

  /** What was changed over the API, and what a replay has queued. */
  update(webhook: StoredWebhook, settings: WebhookSettings, waiting: readonly WaitingEntry[]): void {
    const { status, resumedAt } = webhook;
    this.webhook = webhook;
    this.settings = settings;
    this.status = status;
    if (resumedAt !== this.resumedAt) {
      this.resumedAt = resumedAt;
      this.failingSince = 0;
      this.failuresInARow = 0;
    }
    this.addWaiting(waiting);
  }

  get wantsMore(): boolean {
    const waiting = this.queues.size - this.fresh.size;
    return this.status === 'active' && this.fresh.size < WINDOW && waiting < MOST_WAITING;
  }

  /** The next event of the stream. */
  take(event: StreamEvent): void {
    const { entry, type, body, only } = event.source;
    this.place = entry;
    const wanted = wants({ id: this.webhook.id, events: this.settings.events }, event);
    if (!wanted || !event.about) return;
    const { id, subject } = event.about;
    const item: Item = {
      entry,
      subject,
      event: { id, type, body, named: only !== undefined },
      attempts: 0,
      firstAt: 0,
      due: 0,
      waits: false,
    };
    this.queues.add(item);
    this.fresh.add(item);
    const head = this.queues.headOf(item);
    if (head.waits) this.wait(item, head.due);
  }

  /** What is to be sent now. The caller must say of each how that went: {@link sent}, {@link gone} or {@link unsent}. */
  due(now: number): Item[] {
    if (this.status !== 'active') return [];
    const chosen: Item[] = [];
    let retries = [...this.sending].filter(({ waits }) => waits).length;
    for (const head of this.queues.heads()) {
      if (this.sending.size >= PLACES) break;
      if (this.sending.has(head)) continue;
      if (head.waits ? head.due > now || retries >= RETRY_PLACES : !this.mayTryNew(now)) continue;
      if (head.waits) retries++;
      this.sending.add(head);
      chosen.push(head);
    }
    return chosen;
  }

  /** @param pausedEvent makes the event that tells others of a pause. @returns whether it was paused by this */
  sent(item: Item, outcome: SendOutcome, now: number, pausedEvent: () => string): boolean {
    this.sending.delete(item);
    item.attempts++;
    item.firstAt ||= now;
    item.last = outcome.status ?? outcome.error ?? undefined;
    if (outcome.delivered) {
      this.recover();
      this.settle(item);
      this.log(item, outcome, 'delivered', now);
      return false;
    }
    this.failuresInARow++;
    this.failingSince ||= now;
    const pause = this.status === 'active' && shouldPause(this.failingSince, this.resumedAt, now);
    if (pause) {
      this.status = 'paused';
      this.changes.pauses(pausedEvent());
    }
    const due = afterFailure({ ...item, resumedAt: this.resumedAt, most: this.settings.attempts }, now, this.random());
    // A pause says that the receiver is at fault and not the event: it is sent once more when somebody ends the pause.
    const dies = due === 'dead' && this.status === 'active';
    this.log(item, outcome, dies ? 'dead' : 'failed', now);
    if (dies) this.bury(item);
    else for (const one of [item, ...this.queues.behind(item)]) this.wait(one, due === 'dead' ? now : due);
    return pause;
  }

  /** There is nothing to send: it has left the stream, or is none for this webhook. */
  gone(item: Item): void {
    this.sending.delete(item);
    this.settle(item);
  }

  /** It could not even be read, or has never left: it is still due. */
  unsent(item: Item): void {
    this.sending.delete(item);
  }

  /** What to write now, if anything; the same again until {@link committed}. */
  change(now: number): WebhookChange | undefined {
    const [first] = this.fresh;
    return this.changes.next(first ? placeBefore(first.entry) : this.place, this.failingSince, now);
  }

  committed(): void {
    this.changes.taken();
  }

  /** A receiver that is down gets one new event now and then, until it takes one. */
  private mayTryNew(now: number): boolean {
    if (!shouldRest(this.failuresInARow)) return true;
    if (now < this.probeAt) return false;
    this.probeAt = now + PROBE_EVERY_MS;
    return true;
  }

  /** After an outage, what has failed meanwhile need not wait for its time. */
  private recover(): void {
    if (shouldRest(this.failuresInARow)) for (const head of this.queues.heads()) head.due = 0;
    this.failuresInARow = 0;
    this.failingSince = 0;
  }

  private settle(item: Item): void {
    if (item.waits) this.changes.settled(item.entry);
    this.remove(item);
  }

  private bury(item: Item): void {
    this.changes.died(item);
    this.remove(item);
  }

  private remove(item: Item): void {
    this.fresh.delete(item);
    const next = this.queues.remove(item);
    if (next) next.due = 0;
  }

  private wait(item: Item, due: number): void {
    const { entry, subject, attempts, firstAt, last } = item;
    this.fresh.delete(item);
    item.waits = true;
    item.due = due;
    // It is read again when it is due: thousands may wait for hours.
    item.event = undefined;
    this.changes.waits({ entry, subject, attempts, firstAt, last, due });
  }

  private addWaiting(waiting: readonly WaitingEntry[]): void {
    for (const entry of waiting) {
      const known = this.queues.find(entry.entry);
      if (known) known.due = Math.min(known.due, entry.due);
      else if (!this.changes.has(entry.entry)) this.queues.add({ ...entry, waits: true });
    }
  }

  private log(
    { event, attempts }: Item,
    sent: SendOutcome,
    outcome: 'delivered' | 'failed' | 'dead',
    now: number,
  ): void {
    if (!event) return;
    const { status, error, ms, answer } = sent;
    const at = new Date(now - ms).toISOString();
    const { id, type } = event;
    this.changes.logs({ event_id: id, type, attempt: attempts, outcome, status, error, ms, at, answer });
  }
}
