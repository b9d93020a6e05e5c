import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DeliveryQueue } from '../delivery/delivery.queue.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { askNodes } from '../shared/redis/nodes.js';
import { allShards, dueKey } from '../store/keys.js';

/** BullMQ waits for ever for a Redis that it has not seen yet; whoever asks must not. */
const WITHIN_MS = 500;

/** Of a cluster one node is enough: what is on the others is not lost to those who ask for this one's. */
const WATCHED = allShards.map(dueKey);

/** Both use the request path's client, so they fail as fast as a request would. */
@Injectable()
export class RedisHealth {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly queue: DeliveryQueue,
    private readonly indicator: HealthIndicatorService,
  ) {}

  answers(key: string): Promise<HealthIndicatorResult> {
    return this.probe(key, () => askNodes(this.redis, WATCHED, ({ node }) => node.ping()));
  }

  queueAnswers(key: string): Promise<HealthIndicatorResult> {
    return this.probe(key, () => this.queue.answers());
  }

  /** How long the oldest job of each account waits, in ms, by account; undefined while Redis is away. */
  async queueAges(): Promise<Map<string, number> | undefined> {
    const asked = within(Promise.all([this.queue.oldest(), this.queue.now()]));
    const [oldest, now] = (await asked.catch(() => undefined)) ?? [undefined, 0];
    return oldest && new Map([...oldest].map(([account, job]) => [account, job ? Math.max(0, now - job.at) : 0]));
  }

  private async probe(key: string, ask: () => Promise<unknown>): Promise<HealthIndicatorResult> {
    const check = this.indicator.check(key);
    try {
      await within(ask());
      return check.up();
    } catch {
      return check.down('does not answer');
    }
  }
}

const within = <T>(answer: Promise<T>): Promise<T> =>
  Promise.race([answer, sleep(WITHIN_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('late')))]);
