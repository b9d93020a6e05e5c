import { Injectable } from '@nestjs/common';
import { Limiter } from '../overload/limiter.js';
import { Lifecycle } from '../shared/lifecycle.js';
import { EventStore } from '../store/event.store.js';
import type { PasslaneEvent } from './event.js';
import type { EventsQuery } from './events.schema.js';
import { EventNews } from './news.js';

export interface EventsPage {
  readonly data: PasslaneEvent[];
  readonly next_cursor: string | null;
}

/** The events of an application, for those who cannot receive webhooks. */
@Injectable()
export class EventsService {
  constructor(
    private readonly store: EventStore,
    private readonly news: EventNews,
    private readonly lifecycle: Lifecycle,
    private readonly limiter: Limiter,
  ) {}

  /** When the process stops, those who wait get their answer, and ask somebody else. @param gone whether the caller has hung up: then nobody waits any more */
  async page(application: string, { after, limit, wait }: EventsQuery, gone: () => boolean): Promise<EventsPage> {
    const until = Date.now() + wait * 1_000;
    const over = () => Date.now() >= until || this.lifecycle.state === 'draining' || gone();
    for (;;) {
      const entries = await this.store.read(application, after, limit);
      if (entries.length > 0 || over()) {
        const data = entries.map(({ json }) => JSON.parse(json) as PasslaneEvent);
        return { data, next_cursor: entries.at(-1)?.id ?? after ?? null };
      }
      await this.limiter.whileWaiting('request', () => this.news.wait(application, after, over));
    }
  }
}
