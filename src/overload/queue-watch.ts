import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { DeliveryQueue, type OldestJob } from '../delivery/delivery.queue.js';
import { Poller } from '../shared/poller.js';
import { LOGGER } from '../shared/tokens.js';
import { Limiter } from './limiter.js';

const SAMPLE_EVERY_MS = 250;

/** Tells the limiter how far deliveries are behind. */
@Injectable()
export class QueueWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;
  private before: ReadonlyMap<string, OldestJob> = new Map();

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly limiter: Limiter,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.poller = new Poller('the watch over the queue', SAMPLE_EVERY_MS, () => this.sample(), logger);
  }

  onApplicationBootstrap(): void {
    this.poller.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poller.stop();
  }

  private async sample(): Promise<void> {
    try {
      const [oldest, now] = await Promise.all([this.queue.oldest(this.queue.takeUsed()), this.queue.now()]);
      this.limiter.observeQueue(lateness(oldest, this.before, now));
      this.before = oldest;
    } catch (error) {
      // Nothing is known: what was late before an outage must not refuse starts for as long as it lasts.
      this.limiter.observeQueue(0);
      throw error;
    }
  }
}

/**
 * How late the least late of the accounts is that were given work since the last look: one slow vendor is a matter for
 * failover, and no reason to refuse those whose codes go elsewhere. A queue of which nothing is taken is not overloaded
 * either; its workers are away, and it keeps what it has been given until they are back.
 * @param oldest by account; without a job its queue is empty
 * @param now by Redis's time, as the jobs
 */
export function lateness(
  oldest: ReadonlyMap<string, OldestJob>,
  before: ReadonlyMap<string, OldestJob>,
  now: number,
): number {
  const ages = [...oldest].map(([account, job]) => {
    const moves = job !== undefined && job.id !== before.get(account)?.id;
    return moves ? Math.max(0, now - job.at) : 0;
  });
  return ages.length === 0 ? 0 : Math.min(...ages);
}
