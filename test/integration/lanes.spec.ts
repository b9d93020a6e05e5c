import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import { DeliveryQueue, type DeliveryJob } from '../../src/delivery/delivery.queue.js';
import type { Limiter } from '../../src/overload/limiter.js';
import { QueueWatch } from '../../src/overload/queue-watch.js';
import { makeRedis, type RedisClient } from '../../src/shared/redis.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

const LATE_MS = 60_000;

/** One with a lane on each of two nodes, and two that are all on one of them. */
describe('queues of which a node is away', () => {
  let nodes: { redis: TestRedis; client: RedisClient }[];
  let lanes: Queue<DeliveryJob>[];
  let queue: DeliveryQueue;
  let logger: { warn: jest.Mock };

  beforeEach(async () => {
    const start = async () => {
      const redis = await TestRedis.start();
      return { redis, client: makeRedis(parseRedisUrl(redis.url), () => undefined) };
    };
    const [first, second] = (nodes = [await start(), await start()]);
    const lane = (name: string, { client }: (typeof nodes)[number]) =>
      new Queue<DeliveryJob>(name, { connection: client });
    lanes = [lane('both-0', first!), lane('both-1', second!), lane('here', first!), lane('there', second!)];
    const [one, other, here, there] = lanes as [Queue, Queue, Queue, Queue];
    const byAccount = { both: [one, other], here: [here], there: [there] };
    logger = { warn: jest.fn() };
    queue = new DeliveryQueue(new Map(Object.entries(byAccount)), first!.client, logger as unknown as Logger);
    const timestamp = (await queue.now()) - LATE_MS;
    for (const one of lanes) await one.add('deliver', { id: one.name }, { timestamp, jobId: one.name });
  });

  afterEach(async () => {
    for (const { redis, client } of nodes) {
      client.disconnect();
      await redis.stop();
    }
  });

  const lose = async ({ redis, client }: (typeof nodes)[number]) => {
    await redis.kill();
    await until('its end to be seen', () => client.status !== 'ready');
  };

  it('are known as far as they can be', async () => {
    expect((await queue.backlogs()).map(({ account, waiting }) => [account, waiting])).toEqual([
      ['both', 2],
      ['here', 1],
      ['there', 1],
    ]);
    await lose(nodes[1]!);
    const backlogs = await queue.backlogs();
    expect(backlogs.map(({ account, waiting }) => [account, waiting])).toEqual([
      ['both', 1],
      ['here', 1],
    ]);
    for (const { ageMs } of backlogs) expect(ageMs).toBeGreaterThanOrEqual(LATE_MS);
    const oldest = await queue.oldest();
    expect([...oldest].map(([account, job]) => [account, job?.id])).toEqual([
      ['both', 'both-0'],
      ['here', 'here'],
    ]);
    await lose(nodes[0]!);
    await expect(queue.oldest()).rejects.toThrow();
    await expect(queue.backlogs()).rejects.toThrow();
  });

  it('are late as far as they are known, and not when nothing is', async () => {
    await lose(nodes[1]!);
    const seen: number[] = [];
    const limiter = { observeQueue: (lateMs: number) => seen.push(lateMs) };
    jest.spyOn(queue, 'takeUsed').mockReturnValue(['both', 'here', 'there']);
    const watch = new QueueWatch(queue, limiter as unknown as Limiter, logger as unknown as Logger);
    watch.onApplicationBootstrap();
    try {
      await until('a look', () => seen.length > 0);
      expect(seen[0]).toBeGreaterThanOrEqual(LATE_MS);
      expect(logger.warn).not.toHaveBeenCalled();
      await lose(nodes[0]!);
      await until('word of it', () => logger.warn.mock.calls.length > 0);
      seen.length = 0;
      await until('another look', () => seen.length > 0);
      expect(seen).toEqual([0]);
    } finally {
      await watch.beforeApplicationShutdown();
    }
  });
});
