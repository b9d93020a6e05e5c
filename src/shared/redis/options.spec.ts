import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { RedisProcess } from '../../../test/support/redis-process.js';
import { until } from '../../../test/support/wait.js';
import { makeBlockingRedis, makeRedis } from '../redis.js';

describe('a client of one server that is made a replica', () => {
  let server: RedisProcess;

  beforeAll(async () => {
    server = await RedisProcess.start('--appendonly no');
  });

  afterAll(async () => {
    await server.stop();
  });

  const ignore = () => undefined;
  const address = () => ({ mode: 'single' as const, url: `redis://127.0.0.1:${server.port}` });
  const shared = () => makeRedis(address(), ignore) as Redis;
  const ofWorker = () => makeBlockingRedis(address(), server.client, 'q', ignore);

  it.each([
    ['of requests', shared],
    ['of a worker', ofWorker],
  ])('connects again, %s, and sends nothing again', async (_, make) => {
    await server.client.replicaof('NO', 'ONE');
    const redis = make();
    try {
      await until('a connection', () => redis.status === 'ready');
      const before = await redis.client('ID');
      await server.client.replicaof('127.0.0.1', '1');
      await expect(redis.eval("return redis.call('incr', 'sent')", 0)).rejects.toThrow('READONLY');
      const after = await until('another one', () => redis.client('ID').catch(() => false));
      expect(after).not.toBe(before);
      await server.client.replicaof('NO', 'ONE');
      expect(await server.client.get('sent')).toBeNull();
    } finally {
      redis.disconnect();
    }
  });
});
