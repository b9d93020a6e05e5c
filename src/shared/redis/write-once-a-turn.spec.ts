import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { until } from '../../../test/support/wait.js';
import { failFast } from './options.js';
import { writeOnceATurn } from './write-once-a-turn.js';

/** As it is sent. */
const PING = '*1\r\n$4\r\nping\r\n';

describe('writeOnceATurn', () => {
  let server: Server;
  let redis: Redis;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        const commands = chunk.toString().match(/\*\d+\r\n/g)?.length ?? 0;
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
  });

  afterEach(async () => {
    redis.disconnect();
    await new Promise((resolve) => server.close(resolve));
  });

  const ping = () => redis.ping();

  it('keeps the commands of a turn, also those of its microtasks, until its end and no longer', async () => {
    const answers = [ping(), Promise.resolve().then(ping), ping()];
    await Promise.resolve();
    // What is sent separately can be read as one: only here it can be seen.
    expect(redis.stream.writableLength).toBe(3 * PING.length);
    await new Promise(setImmediate);
    expect(redis.stream.writableLength).toBe(0);
    expect(await Promise.all(answers)).toEqual(['PONG', 'PONG', 'PONG']);
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
