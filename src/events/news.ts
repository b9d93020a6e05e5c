import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Problem } from '../shared/problem.js';
import { compareEntries } from '../store/event-entry.js';
import { EventReader } from '../store/event-reader.store.js';

/** How often it is looked whether an application has news: a look costs Redis a few microseconds. */
const LOOK_EVERY_MS = 200;
/** Callers of one application that wait in this process; each holds a connection. */
const MOST_WAITING = 100;

/** Those who wait for an application's next event. */
interface Watch {
  waiting: number;
  /** Under way: the place of its newest event. */
  look?: Promise<string | undefined>;
}

/** Lets callers wait for events: one look at the stream for all that wait for an application's, however many they are. */
@Injectable()
export class EventNews {
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly events: EventReader) {}

  /**
   * Returns when there is an event after a place, or when nobody waits any more.
   * @param after without one any event is news
   * @param over is asked after each look
   * @throws Problem 429 when too many wait already: an empty page at once would make them ask without a pause
   */
  async wait(application: string, after: string | undefined, over: () => boolean): Promise<void> {
    const watch: Watch = this.watches.get(application) ?? { waiting: 0 };
    if (watch.waiting >= MOST_WAITING) {
      const detail = `${MOST_WAITING} callers of this application wait for events already.`;
      const extra = { retryAfter: 1, limit: 'waiting_for_events' };
      throw new Problem(429, 'rate_limited', 'Too many requests', detail, extra);
    }
    this.watches.set(application, watch);
    watch.waiting++;
    try {
      let newest: string | undefined;
      do {
        newest = await this.newest(application, watch);
      } while (!isAfter(newest, after) && !over());
    } finally {
      watch.waiting--;
      if (watch.waiting === 0) this.watches.delete(application);
    }
  }

  private newest(application: string, watch: Watch): Promise<string | undefined> {
    watch.look ??= sleep(LOOK_EVERY_MS)
      .then(() => this.events.backwards(application, '+', 1))
      .then(([entry]) => entry?.entry)
      .finally(() => (watch.look = undefined));
    return watch.look;
  }
}

const isAfter = (entry: string | undefined, place: string | undefined): boolean =>
  entry !== undefined && (place === undefined || compareEntries(entry, place) > 0);
