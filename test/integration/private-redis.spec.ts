// The Redis of `npm start`: never two on the same file, however long it takes to read it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startPrivateRedis } from '../../scripts/lib/private-redis.mjs';
import { temporaryDirectory } from '../support/processes.js';

const SERVER = process.env.PASSLANE_TEST_REDIS ?? 'redis-server';
const KEYS = 20_000;
/** So that reading the file takes longer than a Redis may be silent: 20 000 × 0.3 ms. */
const SLOW_READER = { 'key-load-delay': 300 };

describe('the Redis of npm start', () => {
  let directory: string;
  const ending: (() => Promise<void>)[] = [];
  const start = async (more = {}) => {
    const redis = await startPrivateRedis(SERVER, directory, more);
    ending.push(redis.stop);
    return redis;
  };
  const ask = async <T>(url: string, question: (client: Redis) => Promise<T>) => {
    const client = new Redis(url.slice('unix://'.length), { retryStrategy: null });
    return question(client).finally(() => {
      client.disconnect();
    });
  };
  const pid = () => readFileSync(join(directory, 'redis.pid'), 'utf8');

  beforeEach(() => {
    directory = temporaryDirectory();
  });

  afterEach(async () => {
    await Promise.all(ending.splice(0).map((stop) => stop()));
  });

  it('is waited for while it reads its file, and taken over by a second start in that time', async () => {
    const before = await start();
    await ask(before.url, (client) =>
      client.eval('for i = 1, ARGV[1] do redis.call("SET", "key:" .. i, i) end', 0, KEYS),
    );
    await before.stop();

    const first = start(SLOW_READER);
    await sleep(1_000);
    const pidOfFirst = pid();
    const [{ url }, second] = await Promise.all([first, start(SLOW_READER)]);

    expect(second.url).toBe(url);
    expect(pid()).toBe(pidOfFirst);
    expect(await ask(url, (client) => client.dbsize())).toBe(KEYS);
  });

  it('is said not to have started when it ends at once', async () => {
    await expect(start({ appendonly: 'perhaps' })).rejects.toThrow('Redis did not start; see ');
  });
});
