import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { Poller } from '../shared/poller.js';
import { LOGGER } from '../shared/tokens.js';
import { EventStore, type OutboxEntry } from '../store/event.store.js';
import { GuardStore } from '../store/guard.store.js';
import { notAnswered } from '../store/keys.js';
import { toPublication } from './to-publication.js';

/** Half of this is how late an event is, on an idle machine. */
const POLL_MS = 100;

/**
 * Brings events from the outboxes to the applications' streams. Any number of relays may run, and each may die or pause
 * anywhere: publishing or counting once more does nothing, and an entry is taken out only by who knows that it was.
 */
@Injectable()
export class EventRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;

  constructor(
    private readonly store: EventStore,
    private readonly guard: GuardStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.poller = new Poller('the event relay', POLL_MS, () => this.relay(), logger);
  }

  onApplicationBootstrap(): void {
    this.poller.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poller.stop();
  }

  private async relay(): Promise<void> {
    const { entries, silent } = await this.store.outboxes();
    const publishing = [...byApplication(entries)].map(async ([application, own]) => {
      await this.store.publish(application, own.map(toPublication));
      await this.countApprovals(application, own);
    });
    // An application whose node is away keeps none of the others waiting; nothing is taken out before it is back.
    for (const one of await Promise.allSettled(publishing)) if (one.status === 'rejected') throw one.reason;
    if (entries.length > 0) await this.store.trim(entries);
    if (silent.length > 0) throw notAnswered(silent);
  }

  private async countApprovals(application: string, entries: readonly OutboxEntry[]): Promise<void> {
    const approvals = entries.flatMap(({ shard, entryId, event: { guard } }) =>
      guard === undefined ? [] : [{ shard, entryId, mark: guard }],
    );
    if (approvals.length > 0) await this.guard.convert(application, approvals);
  }
}

function byApplication(entries: readonly OutboxEntry[]): Map<string, OutboxEntry[]> {
  const groups = new Map<string, OutboxEntry[]>();
  for (const entry of entries) {
    const { app } = entry.event;
    const group = groups.get(app);
    if (group) group.push(entry);
    else groups.set(app, [entry]);
  }
  return groups;
}
