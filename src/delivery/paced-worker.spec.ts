import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { RedisProcess } from '../../test/support/redis-process.js';
import { until } from '../../test/support/wait.js';
import { makeBlockingRedis } from '../shared/redis.js';
import { PacedWorker } from './paced-worker.js';

const NAME = 'deliver-a';
const PREFIX = '{pl:q}';

describe('a worker whose Redis refuses', () => {
  let server: RedisProcess;
  let connection: Redis;
  let worker: PacedWorker<unknown>;

  beforeEach(async () => {
    server = await RedisProcess.start('--appendonly no');
    const address = { mode: 'single' as const, url: `redis://127.0.0.1:${server.port}` };
    connection = makeBlockingRedis(address, server.client, PREFIX, () => undefined);
  });

  afterEach(async () => {
    await worker.close(true);
    connection.disconnect();
    await server.stop();
  });

  const tell = (command: string) => server.client.call(...(command.split(' ') as [string]));

  /** Of the scripts and of what blocks. */
  async function calls(): Promise<number> {
    const stats = await server.client.info('commandstats');
    const counts = [...stats.matchAll(/cmdstat_(?:eval|evalsha|bzpopmin):calls=(\d+)/g)].map(([, count]) =>
      Number(count),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  it.each([
    ['OOM', 'CONFIG SET maxmemory 1', 'CONFIG SET maxmemory 0'],
    ['NOREPLICAS', 'CONFIG SET min-replicas-to-write 1', 'CONFIG SET min-replicas-to-write 0'],
    ['READONLY', 'REPLICAOF 127.0.0.1 1', 'REPLICAOF NO ONE'],
  ])('asks a few times a second (%s), and goes on when all is well', async (word, refuse, relent) => {
    let done = 0;
    const errors: string[] = [];
    await tell(refuse);
    worker = new PacedWorker(NAME, () => Promise.resolve(done++), {
      connection,
      prefix: PREFIX,
      concurrency: 20,
      skipVersionCheck: true,
      stalledInterval: 1_000,
      runRetryDelay: 500,
      drainDelay: 1,
    });
    worker.on('error', ({ message }) => errors.push(message));
    await until('a refusal', () => errors.length > 0);

    await tell('CONFIG RESETSTAT');
    errors.length = 0;
    await sleep(1_000);
    expect(await calls()).toBeLessThan(10);
    expect(errors.length).toBeLessThan(10);
    expect(errors.every((message) => message.startsWith(word))).toBe(true);

    await tell(relent);
    await new Queue(NAME, { connection: server.client, prefix: PREFIX, skipVersionCheck: true }).add('job', {});
    await until('the job to be done', () => done > 0, 5_000);
  });
});
