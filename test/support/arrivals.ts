import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 20;

/**
 * Begins `perSecond` pieces of work a second until it is stopped, however long each takes: arrivals do not wait for a slow
 * service. After a pause of this process it does not catch up.
 */
export class Arrivals {
  private running = true;
  private readonly works = new Set<Promise<void>>();
  private readonly ended: Promise<void>;

  constructor(
    private readonly perSecond: number,
    private readonly work: () => Promise<void>,
  ) {
    this.ended = this.run();
  }

  /** Ends the arrivals and waits for all that has begun. */
  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
    await Promise.all(this.works);
  }

  private async run(): Promise<void> {
    let owed = 0;
    while (this.running) {
      await sleep(STEP_MS);
      for (owed += (this.perSecond * STEP_MS) / 1_000; owed >= 1; owed--) {
        const begun = this.work().finally(() => this.works.delete(begun));
        this.works.add(begun);
      }
    }
  }
}
