import type { Logger } from 'pino';

/**
 * Does something again and again, one at a time, with a pause in between. What fails is tried again at the next time,
 * and logged once until it works again.
 */
export class Poller {
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private failing = false;

  /** @param name of who polls, for the log */
  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly poll: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.tick().finally(() => {
        this.start();
      });
    }, this.everyMs);
  }

  /** Lets what is running come to its end. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async tick(): Promise<void> {
    try {
      await this.poll();
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ error: (error as Error).message }, `${this.name} cannot reach Redis`);
      this.failing = true;
    }
  }
}
