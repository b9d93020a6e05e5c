import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../test/support/wait.js';
import { makeBlockingRedis, makeRedis, type RedisClient } from './redis.js';

/** Says so often that it loads its file, for a long time yet; then that it is done. */
const LOADING = 3;

describe('a Redis that loads its file', () => {
  let server: Server;
  let asked: number;
  let clients: RedisClient[];

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
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        for (const [, name] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          socket.write(answer(name!.toLowerCase()));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const client of clients) client.disconnect();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is in use as soon as it is done, whatever it has guessed', async () => {
    const address = { mode: 'single' as const, url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const ignore = () => undefined;
    const shared = makeRedis(address, ignore);
    clients.push(shared);
    await until('the shared client', () => shared.status === 'ready', 5_000);
    asked = 0;
    const blocking = makeBlockingRedis(address, shared, 'q', ignore);
    clients.push(blocking);
    await until('the blocking client', () => blocking.status === 'ready', 5_000);
    expect(asked).toBe(LOADING + 1);
  });
});
