import { BoundedMap } from '../shared/bounded-map.js';
import type { Changes } from './changes.js';

/** Applications; what is known of one is at most a few megabytes, and a few kilobytes as a rule. */
export const MOST_APPLICATIONS = 1_000;
/**
 * Changes are pushed; this is for the case that nobody would notice: a subscription to a Redis that answers, but that
 * nobody else writes to any more.
 */
export const FRESH_MS = 30_000;

interface Entry<V> {
  /** A promise until the answer is there. */
  value: V | Promise<V>;
  /** Unix milliseconds. */
  readonly until: number;
}

/**
 * What this process knows of applications, one thing of each. It is kept only as long as changes are sure to be heard: a
 * connection that is lost, or has not answered for 0.7 s, takes everything with it.
 */
export class PushedCache<V> {
  private readonly entries = new BoundedMap<Entry<V>>(MOST_APPLICATIONS);

  /**
   * @param kind what scripts say before the application when it has changed
   * @param load asks Redis
   */
  constructor(
    private readonly changes: Changes,
    kind: string,
    private readonly load: (application: string) => Promise<V>,
  ) {
    changes.tell({
      changed: (what) => {
        if (what.startsWith(`${kind}:`)) this.forget(what.slice(kind.length + 1));
      },
      lost: () => {
        this.entries.clear();
      },
    });
  }

  /** At once when it is known. @throws what a Redis that is away throws */
  get(application: string): V | Promise<V> {
    const known = this.entries.get(application);
    if (known && known.until > Date.now()) return known.value;
    const asked = this.load(application);
    if (!this.changes.heard) return asked;
    // Before the answer is there: news that overtakes it finds the entry, and takes it away.
    const entry: Entry<V> = { value: asked, until: Date.now() + FRESH_MS };
    this.entries.set(application, entry);
    asked.then(
      (value) => (entry.value = value),
      () => {
        this.forget(application);
      },
    );
    return asked;
  }

  forget(application: string): void {
    this.entries.delete(application);
  }
}
