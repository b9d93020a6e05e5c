import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { until } from '../../test/support/wait.js';
import { makeBlockingRedis, makeRedis, type RedisClient } from './redis.js';

/** Says so often that it loads its file, for a long time yet; then that it is done. */
const LOADING = 3;

describe('a client', () => {
  let server: Server;
  let asked: number;
  let clients: RedisClient[];
  let sockets: Socket[];
  /** Connections over which nothing comes any more. */
  let dead: Set<Socket>;

  const answer = (command: string): string => {
    if (command === 'hello') return "-ERR unknown command 'HELLO'\r\n";
    if (command !== 'info') return '+OK\r\n';
    asked += 1;
    const text = asked > LOADING ? 'loading:0\r\n' : 'loading:1\r\nloading_eta_seconds:60\r\n';
    return `$${text.length}\r\n${text}\r\n`;
  };

  beforeEach(async () => {
    asked = 0;
    clients = [];
    sockets = [];
    dead = new Set();
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        if (dead.has(socket)) return;
        for (const [, name] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          socket.write(answer(name!.toLowerCase()));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const client of clients) client.disconnect();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const ignore = () => undefined;
  const addressOf = () => {
    const { port } = server.address() as AddressInfo;
    return { mode: 'single' as const, url: `redis://127.0.0.1:${port}` };
  };

  async function sharedClient(): Promise<RedisClient> {
    const shared = makeRedis(addressOf(), ignore);
    clients.push(shared);
    await until('the shared client', () => shared.status === 'ready', 5_000);
    return shared;
  }

  async function blockingClient(shared: RedisClient): Promise<Redis> {
    const blocking = makeBlockingRedis(addressOf(), shared, 'q', ignore);
    clients.push(blocking);
    await until('the blocking client', () => blocking.status === 'ready', 5_000);
    return blocking;
  }

  it('uses a Redis that loads its file as soon as it is done, whatever it has guessed', async () => {
    const shared = await sharedClient();
    asked = 0;
    await blockingClient(shared);
    expect(asked).toBe(LOADING + 1);
  });

  it('of a worker leaves a Redis whose host is gone without a word for the one that has its name now', async () => {
    const blocking = await blockingClient(await sharedClient());
    for (const socket of sockets) dead.add(socket);
    let answer: unknown;
    void blocking.set('key', 'value').then((text) => (answer = text));
    await until('an answer of the other one', () => answer === 'OK', 5_000);
  });
});
