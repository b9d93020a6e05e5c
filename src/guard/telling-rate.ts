import { BoundedMap } from '../shared/bounded-map.js';

const MINUTE_MS = 60_000;
const MOST_IN_A_MINUTE = 60;
const MOST_APPLICATIONS = 10_000;

/** An attack must not push an application's other events out of their week. Counts for each process alone. */
export class TellingRate {
  private readonly counts = new BoundedMap<{ readonly minute: number; readonly count: number }>(MOST_APPLICATIONS);

  /** @param now Unix milliseconds */
  allows(application: string, now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    const known = this.counts.get(application);
    const count = known?.minute === minute ? known.count : 0;
    if (count >= MOST_IN_A_MINUTE) return false;
    this.counts.set(application, { minute, count: count + 1 });
    return true;
  }
}
