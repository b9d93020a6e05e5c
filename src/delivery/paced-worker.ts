import { Worker, type Job } from 'bullmq';
import { ReplyError } from 'ioredis';

/**
 * Waits before it asks for a job again that Redis has refused it (`OOM`, `MISCONF`, `READONLY` …), as BullMQ itself does
 * only after a connection that was lost: it asked thousands of times a second.
 */
export class PacedWorker<Data> extends Worker<Data> {
  protected override async moveToActive(token: string, name?: string): Promise<Job<Data>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (error instanceof ReplyError) await this.delay(this.opts.runRetryDelay);
      throw error;
    }
  }
}
