import { Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { validationFailed } from '../shared/problem.js';
import { compareEntries, timeOfEntry, type EventEntry } from '../store/event-entry.js';
import { EventReader } from '../store/event-reader.store.js';
import { WebhookHistoryStore } from '../store/webhook-history.store.js';
import type { OpenWebhook } from './present.js';
import { MOST_WAITING } from './pump/lane.js';
import { StreamEvent, wants } from './pump/stream-event.js';
import type { ReplayBody } from './webhook.schema.js';
import { WebhookService } from './webhook.service.js';

/** Events that are looked at in one go. */
const PAGE = 500;
/** How far back one event is looked for: by then people should name a time. */
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
    if (event_id !== undefined) return this.one(application, webhook, event_id);
    if (from !== undefined) return this.range(application, webhook, Date.parse(from), until);
    return this.dead(application, webhook);
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
    const last = until === undefined ? '+' : String(Date.parse(until));
    const found: { entry: string; subject: string }[] = [];
    let place = String(Math.max(0, from));
    for (let page: EventEntry[]; found.length < MOST_QUEUED; place = `(${page.at(-1)?.entry ?? place}`) {
      page = await this.events.range(application, place, last, PAGE);
      for (const event of page.map((entry) => new StreamEvent(entry))) {
        const { entry } = event.source;
        // What lies beyond the cursor will be sent anyhow.
        const wanted = compareEntries(entry, cursor) <= 0 && wants({ id, events: webhook.settings.events }, event);
        if (wanted && event.about) found.push({ entry, subject: event.about.subject });
      }
      if (page.length < PAGE) return this.queue(application, webhook, found);
    }
    const next = found[MOST_QUEUED]?.entry ?? place.slice(1);
    const answer = await this.queue(application, webhook, found.slice(0, MOST_QUEUED));
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
