import { compareEntries } from '../../store/event-entry.js';

/** An event on its way to one webhook. */
export interface Item {
  /** Its place in the stream. */
  readonly entry: string;
  /** Events of one subject (a verification) go one after the other. */
  readonly subject: string;
  /** Absent for one that Redis remembered: it is read when it is due. */
  event?: { readonly id: string; readonly type: string; readonly body: string; readonly named: boolean };
  attempts: number;
  /** Unix ms; 0 before the first attempt. */
  firstAt: number;
  /** Unix ms; 0 is at once. */
  due: number;
  /** HTTP status or error word of the last attempt. */
  last?: number | string;
  /** It has failed, or stands behind one that has: Redis remembers it (or will, with the next commit). */
  waits: boolean;
}

/** All events that a webhook has not settled. Only the first one of a subject may be sent. */
export class SubjectQueues {
  private readonly queues = new Map<string, Item[]>();
  private readonly items = new Map<string, Item>();

  get size(): number {
    return this.items.size;
  }

  find(entry: string): Item | undefined {
    return this.items.get(entry);
  }

  /** In the order of the stream, whenever it comes: a replayed event may be older than those that are here. */
  add(item: Item): void {
    this.items.set(item.entry, item);
    const queue = this.queues.get(item.subject);
    if (!queue) {
      this.queues.set(item.subject, [item]);
      return;
    }
    // Looked for from the end: as a rule it is the newest.
    queue.splice(queue.findLastIndex(({ entry }) => compareEntries(entry, item.entry) < 0) + 1, 0, item);
  }

  /** The first one of its subject: perhaps itself. */
  headOf(item: Item): Item {
    return this.queues.get(item.subject)?.[0] ?? item;
  }

  *heads(): Generator<Item> {
    for (const [head] of this.queues.values()) if (head) yield head;
  }

  /** Those that come after it. */
  behind(item: Item): readonly Item[] {
    const queue = this.queues.get(item.subject) ?? [];
    return queue.slice(queue.indexOf(item) + 1);
  }

  /** @returns the new head of its subject */
  remove(item: Item): Item | undefined {
    this.items.delete(item.entry);
    const queue = (this.queues.get(item.subject) ?? []).filter((other) => other !== item);
    if (queue.length === 0) this.queues.delete(item.subject);
    else this.queues.set(item.subject, queue);
    return queue[0];
  }
}
