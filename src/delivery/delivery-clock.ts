import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { Poller } from '../shared/poller.js';
import { LOGGER } from '../shared/tokens.js';
import { DeliveryStore } from '../store/delivery.store.js';
import { notAnswered } from '../store/keys.js';
import { GRACE_MS } from '../store/verification.store.js';
import { DeliveryQueue } from './delivery.queue.js';

/** Half of this is the mean lateness of a step; a tenth of the promised 250 ms (P4). */
const POLL_MS = 50;

/** Finds what is due in Redis and hands it to the queue. Any number of clocks may run: leases keep them apart. */
@Injectable()
export class DeliveryClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;

  constructor(
    private readonly store: DeliveryStore,
    private readonly queue: DeliveryQueue,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.poller = new Poller('the clock', POLL_MS, () => this.tick(), logger);
  }

  onApplicationBootstrap(): void {
    this.poller.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poller.stop();
  }

  /** What fails is still due, and leased entries come back: the next tick takes them. */
  private async tick(): Promise<void> {
    const { ready, silent } = await this.store.peek();
    const batches = await Promise.allSettled(ready.map((shard) => this.store.lease(shard, GRACE_MS)));
    const entries = batches.flatMap((batch) => (batch.status === 'fulfilled' ? batch.value : []));
    if (entries.length > 0) await this.queue.addAll(entries);
    // A shard whose node is away keeps none of the others waiting.
    const failed = batches.find((batch) => batch.status === 'rejected');
    if (failed) throw failed.reason;
    if (silent.length > 0) throw notAnswered(silent);
  }
}
