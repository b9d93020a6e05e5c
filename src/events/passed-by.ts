import { compareEntries } from '../store/event-entry.js';
import type { OutboxEntry } from '../store/event.store.js';

/** How soon those that could not be reached are tried again. */
const PAUSE_MS = 500;

/** Of one shard. */
interface Passed {
  /** The last entry that was read: all up to it is published, but for what these applications have there. */
  upTo: string;
  readonly applications: Set<string>;
  /** The last entry that the present round has seen, and whether it has seen all of them. */
  seen?: string;
  done: boolean;
}

/**
 * What a relay has left in the outboxes because its application could not be reached, so that nobody else waits. In rounds
 * it is looked at again from the beginning. Of one application nothing of a shard is published while earlier entries of that
 * shard are left: they would be taken for published ones.
 */
export class PassedBy {
  private readonly shards = new Map<string, Passed>();
  /** Could not be reached in this round either. */
  private readonly away = new Set<string>();
  private roundAt = 0;

  get isEmpty(): boolean {
    return this.shards.size === 0;
  }

  /** Where to read on, by shard; the others from their beginning. */
  get ends(): Map<string, string> {
    return new Map([...this.shards].map(([shard, { upTo }]) => [shard, upTo]));
  }

  /** It has to wait for earlier ones. */
  holds({ shard, event }: OutboxEntry): boolean {
    return this.shards.get(shard)?.applications.has(event.app) ?? false;
  }

  /** @param entries all that were read behind the ends; @param failed applications of theirs that could not be reached */
  pass(entries: readonly OutboxEntry[], failed: ReadonlySet<string>, now: number): void {
    if (this.isEmpty) this.roundAt = now + PAUSE_MS;
    for (const { shard, entryId, event } of entries) {
      let passed = this.shards.get(shard);
      if (!passed && failed.has(event.app)) {
        passed = { upTo: entryId, applications: new Set(), done: false };
        this.shards.set(shard, passed);
      }
      if (!passed) continue;
      passed.upTo = entryId;
      if (failed.has(event.app)) passed.applications.add(event.app);
    }
  }

  /** Where this round goes on: shards, with the last entry that it has seen. Empty between rounds. */
  next(now: number): Map<string, string | undefined> {
    if (now < this.roundAt) return new Map();
    const open = [...this.shards].filter(
      ([, { done, applications }]) => !done && [...applications].some((one) => !this.away.has(one)),
    );
    if (open.length === 0) this.endRound(now);
    return new Map(open.map(([shard, { seen }]) => [shard, seen]));
  }

  /** Whether an entry is to be tried in this round. */
  wants({ shard, entryId, event }: OutboxEntry): boolean {
    return this.isBefore(shard, entryId) && !this.away.has(event.app);
  }

  /**
   * @param asked shards; @param silent those of them that nobody has answered for
   * @param entries what was read of them; @param failed applications that could not be reached
   */
  tried(
    asked: Iterable<string>,
    silent: readonly string[],
    entries: readonly OutboxEntry[],
    failed: ReadonlySet<string>,
  ): void {
    for (const application of failed) this.away.add(application);
    const more = new Set<string>();
    for (const { shard, entryId } of entries) {
      const passed = this.shards.get(shard);
      if (!passed || !this.isBefore(shard, entryId)) continue;
      passed.seen = entryId;
      more.add(shard);
    }
    for (const shard of asked) if (!more.has(shard)) this.finish(shard, !silent.includes(shard));
  }

  private isBefore(shard: string, entryId: string): boolean {
    const passed = this.shards.get(shard);
    return passed !== undefined && compareEntries(entryId, passed.upTo) <= 0;
  }

  /** @param all that is left there was seen: who could be reached has nothing there any more */
  private finish(shard: string, all: boolean): void {
    const passed = this.shards.get(shard);
    if (!passed) return;
    passed.done = true;
    if (!all) return;
    for (const one of passed.applications) if (!this.away.has(one)) passed.applications.delete(one);
    if (passed.applications.size === 0) this.shards.delete(shard);
  }

  private endRound(now: number): void {
    this.roundAt = now + PAUSE_MS;
    this.away.clear();
    for (const passed of this.shards.values()) {
      passed.done = false;
      passed.seen = undefined;
    }
  }
}
