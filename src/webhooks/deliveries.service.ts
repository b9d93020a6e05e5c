import { Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { validationFailed } from '../shared/problem.js';
import { timeOfEntry } from '../store/event-entry.js';
import { EventReader } from '../store/event-reader.store.js';
import { WebhookHistoryStore } from '../store/webhook-history.store.js';
import type { DeliveryLine } from './delivery-log.js';
import { StreamEvent } from './pump/stream-event.js';
import type { PageQuery } from './webhook.schema.js';
import { WebhookService } from './webhook.service.js';

/** What people see of the attempts to send them events. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly history: WebhookHistoryStore,
    private readonly events: EventReader,
  ) {}

  /** Attempts, the newest first. */
  async deliveries({ application }: Caller, id: string, { limit, cursor }: PageQuery) {
    await this.webhooks.find(application, id);
    if (cursor !== undefined && !/^\d{1,15}-\d{1,19}$/.test(cursor)) throw noCursor();
    const lines = await this.history.log(application, id, limit + 1, cursor);
    const page = lines.slice(0, limit);
    const next_cursor = lines.length > limit ? (page.at(-1)?.place ?? null) : null;
    return { data: page.map(({ json }) => JSON.parse(json) as DeliveryLine), next_cursor };
  }

  /** Events that are not tried any more, the newest first. */
  async deadLetters({ application }: Caller, id: string, { limit, cursor = '0' }: PageQuery) {
    await this.webhooks.find(application, id);
    if (!/^\d{1,6}$/.test(cursor)) throw noCursor();
    const offset = Number(cursor);
    const letters = await this.history.deadLetters(application, id, offset, limit + 1);
    const page = letters.slice(0, limit);
    const entries = await this.events.entries(
      application,
      page.map(({ entry }) => entry),
    );
    const data = page.flatMap(({ entry, attempts, last, diedAt }, i) => {
      const found = entries[i];
      const about = found && new StreamEvent(found).about;
      // It has left the stream since: it cannot be sent again.
      if (!about) return [];
      const created_at = new Date(timeOfEntry(entry)).toISOString();
      const died_at = new Date(diedAt).toISOString();
      return [{ event_id: about.id, type: found.type, attempts, last: String(last ?? ''), died_at, created_at }];
    });
    return { data, next_cursor: letters.length > limit ? String(offset + limit) : null };
  }
}

const noCursor = () => validationFailed([{ field: 'cursor', message: 'is not a cursor that a page has given' }]);
