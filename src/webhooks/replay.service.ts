import { Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { Problem, validationFailed } from '../shared/problem.js';
import { timeOfEntry, type EventEntry } from '../store/event-entry.js';
import { EventReader } from '../store/event-reader.store.js';
import { WebhookHistoryStore } from '../store/webhook-history.store.js';
import type { OpenWebhook } from './present.js';
import { MOST_WAITING } from './pump/lane.js';
import { StreamEvent, wants } from './pump/stream-event.js';
import type { ReplayBody } from './webhook.schema.js';
import { WebhookService } from './webhook.service.js';

/** Events that are looked at in one go. */
const PAGE = 500;
/** Events that one call looks at: who looks for one of them should name a time by then, and a range has a next call. */
const MOST_SEARCHED = 20_000;
/** Events that one call queues from a range: the next call goes on. */
const MOST_QUEUED = 1_000;

export interface ReplayAnswer {
  readonly queued: number;
  readonly complete: boolean;
  readonly next_from: string | null;
}

/** Puts events into a webhook's queue again: dead letters, or any of the last seven days. */
@Injectable()
export class ReplayService {
  /** Applications of which this process does a replay. */
  private readonly running = new Set<string>();

  constructor(
    private readonly webhooks: WebhookService,
    private readonly history: WebhookHistoryStore,
    private readonly events: EventReader,
  ) {}

  async replay({ application }: Caller, id: string, body: ReplayBody): Promise<ReplayAnswer> {
    const { event_id, from, until, all } = body;
    if (until !== undefined && from === undefined) throw validationFailed([{ field: 'until', message: 'needs from' }]);
    if ([event_id, from, all].filter((one) => one !== undefined).length !== 1) {
      throw validationFailed([{ field: 'body', message: 'must have one of event_id, from and all' }]);
    }
    const webhook = await this.webhooks.find(application, id);
    return this.alone(application, () => {
      if (event_id !== undefined) return this.one(application, webhook, event_id);
      if (from !== undefined) return this.range(application, webhook, Date.parse(from), until);
      return this.dead(application, webhook);
    });
  }

  /** One at a time: each reads megabytes out of Redis, which serves everybody. */
  private async alone(application: string, work: () => Promise<ReplayAnswer>): Promise<ReplayAnswer> {
    if (this.running.has(application)) {
      const detail = 'Another replay of this application is under way.';
      const extra = { retryAfter: 1, limit: 'replays_at_a_time' };
      throw new Problem(429, 'rate_limited', 'Too many requests', detail, extra);
    }
    this.running.add(application);
    try {
      return await work();
    } finally {
      this.running.delete(application);
    }
  }

  private async one(application: string, webhook: OpenWebhook, eventId: string): Promise<ReplayAnswer> {
    const event = (await this.findDead(application, webhook, eventId)) ?? (await this.find(application, eventId));
    if (!event?.about) {
      const message = `is not the id of a dead letter or of one of the last ${MOST_SEARCHED} events`;
      throw validationFailed([{ field: 'event_id', message }]);
    }
    return this.queue(application, webhook, [{ entry: event.source.entry, subject: event.about.subject }]);
  }

  private async dead(application: string, webhook: OpenWebhook): Promise<ReplayAnswer> {
    let queued = 0;
    for (;;) {
      // Those that are queued are dead no longer, so what is left begins at 0 again.
      const letters = await this.history.deadLetters(application, webhook.stored.id, 0, PAGE);
      if (letters.length === 0) return { queued, complete: true, next_from: null };
      const answer = await this.queue(application, webhook, letters);
      queued += answer.queued;
      if (!answer.complete || answer.queued === 0) return { ...answer, queued };
    }
  }

  private async range(application: string, webhook: OpenWebhook, from: number, until?: string): Promise<ReplayAnswer> {
    const { id, cursor } = webhook.stored;
    // What lies beyond the cursor will be sent anyhow.
    const end = until === undefined ? Infinity : Date.parse(until);
    const last = end < timeOfEntry(cursor) ? String(Math.max(0, end)) : cursor;
    const found: { entry: string; subject: string }[] = [];
    let place = String(Math.max(0, from));
    let more = true;
    for (let searched = 0; more && searched < MOST_SEARCHED && found.length < MOST_QUEUED; searched += PAGE) {
      const page = await this.events.range(application, place, last, PAGE);
      for (const event of page.map((entry) => new StreamEvent(entry))) {
        const wanted = wants({ id, events: webhook.settings.events }, event);
        if (wanted && event.about) found.push({ entry: event.source.entry, subject: event.about.subject });
      }
      more = page.length === PAGE;
      place = `(${page.at(-1)?.entry ?? ''}`;
    }
    const rest = found[MOST_QUEUED]?.entry ?? (more ? place.slice(1) : undefined);
    const answer = await this.queue(application, webhook, found.slice(0, MOST_QUEUED));
    // As many as were queued come before the first that found no room.
    const next = answer.complete ? rest : found[answer.queued]?.entry;
    if (next === undefined) return answer;
    return { ...answer, complete: false, next_from: new Date(timeOfEntry(next)).toISOString() };
  }

  private async queue(
    application: string,
    { stored }: OpenWebhook,
    events: readonly { readonly entry: string; readonly subject: string }[],
  ): Promise<ReplayAnswer> {
    const { queued, refused } = await this.history.requeue(application, stored.id, events, MOST_WAITING);
    return { queued, complete: refused === 0, next_from: null };
  }

  private async findDead(application: string, { stored }: OpenWebhook, eventId: string) {
    for (let offset = 0; ; offset += PAGE) {
      const letters = await this.history.deadLetters(application, stored.id, offset, PAGE);
      const entries = await this.events.entries(
        application,
        letters.map(({ entry }) => entry),
      );
      const found = entries.find((entry) => isEvent(entry, eventId));
      if (found) return new StreamEvent(found);
      if (letters.length < PAGE) return undefined;
    }
  }

  private async find(application: string, eventId: string): Promise<StreamEvent | undefined> {
    let place = '+';
    for (let searched = 0; searched < MOST_SEARCHED; searched += PAGE) {
      const page = await this.events.backwards(application, place, PAGE);
      const found = page.find((entry) => isEvent(entry, eventId));
      if (found) return new StreamEvent(found);
      if (page.length < PAGE) return undefined;
      place = `(${page.at(-1)?.entry ?? ''}`;
    }
    return undefined;
  }
}

/** Looks at the text first: most events are others, and need not be parsed. */
const isEvent = (entry: EventEntry | undefined, id: string): boolean =>
  entry !== undefined && entry.body.includes(id) && new StreamEvent(entry).about?.id === id;
