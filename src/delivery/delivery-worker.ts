import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { Limiter } from '../overload/limiter.js';
import { Accounts } from '../providers/accounts.js';
import { makeBlockingRedis, REDIS, type RedisClient } from '../shared/redis.js';
import { isWell, onBack } from '../shared/redis/nodes.js';
import { BLOCK_SECONDS } from '../shared/redis/options.js';
import { Running } from '../shared/running.js';
import { LOGGER } from '../shared/tokens.js';
import type { DueEntry } from '../store/delivery.store.js';
import { DeliverService } from './deliver.service.js';
import { DeliveryQueue, type DeliveryJob, type FirstMessage } from './delivery.queue.js';
import { lanesOf } from './lanes.js';
import { PacedWorker } from './paced-worker.js';
import { Places } from './places.js';

/**
 * After an outage of Redis leases have run out although their workers live: those get this long to come back and
 * record what their vendors have answered, before anybody sends it again.
 */
const SETTLE_MS = 1_000;

/** After a connection that was lost, or a refusal; BullMQ's own 15 s are longer than a failover takes. */
const RETRY_MS = 500;

/**
 * Sends: what this process has started itself at once, and jobs off the queues, one worker for each lane. Made by hand and not by `@Processor`: there are as many as the
 * configuration has accounts, and their connections must block for ever while the queues' must fail fast.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly places = new Map<string, Places>();
  private readonly running = new Running();
  private workers: PacedWorker<DeliveryJob>[] = [];
  /** Queues of one prefix are on one node, and share one. */
  private readonly connections = new Map<string, Redis>();
  private settledAt = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly deliver: DeliverService,
    private readonly queue: DeliveryQueue,
    private readonly accounts: Accounts,
    private readonly limiter: Limiter,
  ) {}

  onApplicationBootstrap(): void {
    // Receipts for what other processes have sent, or this one before it was restarted, come over these connections too.
    for (const { provider } of this.accounts.all()) provider.open?.();
    const onError = (error: Error): void => {
      this.logger.warn({ error: error.message }, 'delivery worker');
    };
    onBack(this.redis, () => {
      this.settledAt = performance.now() + SETTLE_MS;
    });
    this.workers = lanesOf(this.config).map(({ account, queue, prefix, concurrency }) => {
      const places = this.placesOf(account);
      const connection = this.connectionFor(prefix, onError);
      const worker = new PacedWorker<DeliveryJob>(queue, (job) => this.running.track(this.process(places, job)), {
        connection,
        prefix,
        concurrency,
        skipVersionCheck: true,
        // A killed worker's jobs go back to the queue within three seconds; until then the clock cannot help, as a job
        // that was taken but whose attempt was not claimed keeps its id. Jobs are safe to run twice, so a lock that is
        // lost to a slow moment costs nothing; BullMQ may find a job stalled as often as it likes.
        lockDuration: 2_000,
        stalledInterval: 1_000,
        maxStalledCount: 1_000,
        runRetryDelay: RETRY_MS,
        drainDelay: BLOCK_SECONDS,
      });
      return worker.on('error', onError);
    });
    this.queue.onFirst((entry, message) => this.sendFirst(entry, message));
  }

  /** Finishes what is running, takes nothing new. */
  async beforeApplicationShutdown(): Promise<void> {
    // While Redis is away a worker would wait for it for ever, even with nothing to do. Claims are waited for all the same.
    const away = !isWell(this.redis);
    this.queue.onFirst(() => false);
    this.deliver.stop();
    await Promise.all(this.workers.map(async (worker) => worker.close(away || !(await isConnected(worker)))));
    await this.running.idle();
    await this.deliver.idle();
    for (const connection of this.connections.values()) connection.disconnect();
  }

  /** What this process sends for an account at a time, from all of its lanes and by itself. */
  private placesOf(account: string): Places {
    const known = this.places.get(account);
    if (known) return known;
    const made = new Places(this.config.accounts.get(account)?.concurrency ?? 1);
    this.places.set(account, made);
    return made;
  }

  private connectionFor(prefix: string, onError: (error: Error) => void): Redis {
    const known = this.connections.get(prefix);
    if (known) return known;
    const made = makeBlockingRedis(this.config.redis, this.redis, prefix, onError);
    this.connections.set(prefix, made);
    return made;
  }

  /** What has not been claimed when this process dies is due again after a moment, so the line may be short only. */
  private sendFirst({ id, account }: DueEntry, message: FirstMessage): boolean {
    const places = this.places.get(account);
    if (!places || places.crowded) return false;
    const sending = places
      .occupy(() => this.limiter.deliver(() => this.deliver.run(id, message)))
      .catch((error: unknown) => {
        this.logger.warn({ verification_id: id, error: String(error) }, 'not sent; the clock will add a job');
      });
    void this.running.track(sending);
    return true;
  }

  private async process(places: Places, { data }: Job<DeliveryJob>): Promise<void> {
    const unsettled = this.settledAt - performance.now();
    if (unsettled > 0) await sleep(unsettled);
    await places.occupy(() => this.limiter.deliver(() => this.deliver.run(data.id)));
  }
}

/**
 * Whether both of a worker's connections are well. They come back later than the one that requests use, or not at all where
 * Redis has as many as it takes. BullMQ would wait for the end of one that waits for its next try, and ioredis never tells
 * it: there is no socket that could close.
 */
async function isConnected(worker: Worker): Promise<boolean> {
  const { client, blockingClient } = worker.getBackend();
  // BullMQ does not have a client before it has been connected once.
  const clients = await Promise.race([Promise.all([client, blockingClient]), nextTurn([])]);
  return clients.length > 0 && clients.every((one) => one?.status === 'ready');
}
