import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { until } from '../../../test/support/wait.js';
import { failFast } from './options.js';
import { writeOnceATurn } from './write-once-a-turn.js';

describe('writeOnceATurn', () => {
  let server: Server;
  let lots: number[];
  let redis: Redis;

  beforeEach(async () => {
    lots = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        // What it reads at a time is what was written at a time.
        const commands = chunk.toString().match(/\*\d+\r\n/g)?.length ?? 0;
        lots.push(commands);
        socket.write('+PONG\r\n'.repeat(commands));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    redis = new Redis((server.address() as AddressInfo).port, '127.0.0.1', {
      ...failFast,
      enableReadyCheck: false,
      disableClientInfo: true,
      protocol: 2,
    }).on('error', () => undefined);
    writeOnceATurn(redis);
    await until('a connection', () => redis.status === 'ready', 5_000);
    lots = [];
  });

  afterEach(async () => {
    redis.disconnect();
    await new Promise((resolve) => server.close(resolve));
  });

  const ping = () => redis.ping();

  it('keeps the commands of a turn, also those of its microtasks, and sends them as one lot', async () => {
    const answers = [ping(), Promise.resolve().then(ping), ping()];
    await Promise.resolve();
    expect(redis.stream.writableLength).toBeGreaterThan(3 * 'PING'.length);
    await Promise.all(answers);
    expect(lots).toEqual([3]);
  });

  it('keeps no command for a later turn', async () => {
    const answer = ping();
    await new Promise(setImmediate);
    expect(redis.stream.writableLength).toBe(0);
    await answer;
  });

  it('does so on the next connection, too, and fails what the first one has not sent', async () => {
    const unsent = ping();
    redis.stream.destroy();
    await expect(unsent).rejects.toThrow();
    await until('another connection', () => redis.status === 'ready', 5_000);
    const answer = ping();
    expect(redis.stream.writableLength).toBeGreaterThan(0);
    await answer;
  });
});
