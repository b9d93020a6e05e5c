import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { Poller } from '../shared/poller.js';
import { LOGGER } from '../shared/tokens.js';
import { EventStore, type OutboxEntry } from '../store/event.store.js';
import { GuardStore } from '../store/guard.store.js';
import { notAnswered } from '../store/keys.js';
import { PassedBy } from './passed-by.js';
import { toPublication } from './to-publication.js';

/** By application. */
type Failures = Map<string, Error>;

/** Half of this is how late an event is, on an idle machine. */
const POLL_MS = 100;

/**
 * Brings events from the outboxes to the applications' streams. Any number of relays may run, and each may die or pause
 * anywhere: publishing or counting once more does nothing, and an entry is taken out only by who knows that it was.
 */
@Injectable()
export class EventRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;
  private readonly passed = new PassedBy();
  /** Why something was passed by, for the log. */
  private error?: Error;

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
    const { entries, silent } = await this.store.outboxes(this.passed.ends);
    const failed = await this.publish(entries.filter((entry) => !this.passed.holds(entry)));
    this.passed.pass(entries, new Set(failed.keys()), performance.now());
    const again = await this.tryAgain();
    const [error] = [...failed.values(), ...again.values()];
    this.error = this.passed.isEmpty ? error : (error ?? this.error);
    if (this.error) throw this.error;
    if (silent.length > 0) throw notAnswered(silent);
  }

  /** What was left for applications that could not be reached. */
  private async tryAgain(): Promise<Failures> {
    const places = this.passed.next(performance.now());
    if (places.size === 0) return new Map();
    const { entries, silent } = await this.store.outboxes(places, [...places.keys()]);
    const failed = await this.publish(entries.filter((entry) => this.passed.wants(entry)));
    this.passed.tried(places.keys(), silent, entries, new Set(failed.keys()));
    return failed;
  }

  /** An application whose node is away keeps none of the others waiting; what is its own is not taken out before it is back. */
  private async publish(entries: readonly OutboxEntry[]): Promise<Failures> {
    const failed: Failures = new Map();
    const published: OutboxEntry[] = [];
    const publishing = [...byApplication(entries)].map(async ([application, own]) => {
      try {
        await this.store.publish(application, own.map(toPublication));
        await this.countApprovals(application, own);
        published.push(...own);
      } catch (error) {
        failed.set(application, error as Error);
      }
    });
    await Promise.all(publishing);
    if (published.length > 0) await this.store.trim(published);
    return failed;
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
