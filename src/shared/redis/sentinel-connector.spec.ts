import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../test/support/wait.js';
import { makeRedis, type RedisClient } from '../redis.js';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const SUBSCRIBED = `*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`;
const SWITCHED = `*3\r\n${bulk('message')}${bulk('+switch-master')}${bulk('name')}`;
/** Later than a sentinel may answer. */
const LATE_MS = 700;

describe('the watch for failovers', () => {
  /** A sentinel that says that the primary is where it is itself. */
  let server: Server;
  let port: number;
  let redis: RedisClient;
  let subscribers: Set<Socket>;
  let subscriptions: number;
  let answerAfter: number;
  let asked: number;
  /** How many, if it takes nobody. */
  let refused: number | undefined;

  const answer = (command: string, socket: Socket): void => {
    if (command === 'hello' && refused !== undefined) {
      refused++;
      socket.write('-ERR max number of clients reached\r\n');
    } else if (command === 'hello') socket.write("-ERR unknown command 'HELLO'\r\n");
    else if (command === 'info') socket.write(bulk('role:master\r\nloading:0\r\n'));
    else if (command === 'get-master-addr-by-name') socket.write(`*2\r\n${bulk('127.0.0.1')}${bulk(`${port}`)}`);
    else if (command === 'sentinels') socket.write('*0\r\n');
    else if (command === 'subscribe') {
      subscriptions++;
      subscribers.add(socket);
      setTimeout(() => socket.write(SUBSCRIBED), answerAfter);
    } else socket.write('+OK\r\n');
  };

  beforeEach(async () => {
    subscribers = new Set();
    [subscriptions, answerAfter, asked, refused] = [0, 0, 0, undefined];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('close', () => subscribers.delete(socket));
      socket.on('data', (chunk) => {
        for (const [, name] of chunk.toString().matchAll(/\*\d+\r\n(?:\$8\r\nsentinel\r\n)?\$\d+\r\n([\w-]+)/gi)) {
          const command = name!.toLowerCase();
          if (command === 'get-master-addr-by-name') asked++;
          answer(command, socket);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    const nodes = [{ host: '127.0.0.1', port }];
    redis = makeRedis({ mode: 'sentinel', nodes, name: 'name', db: 0, tls: false }, () => undefined);
    await until('it to watch', () => redis.status === 'ready' && subscribers.size === 1, 5_000);
  });

  afterEach(async () => {
    redis.disconnect();
    await new Promise((resolve) => server.close(resolve));
  });

  /** An unhandled rejection meanwhile fails the test, as it ends the process. */
  it('goes on after a sentinel was lost and is late to take the subscription', async () => {
    answerAfter = LATE_MS;
    const before = subscriptions;
    for (const socket of subscribers) socket.destroy();
    await until('another subscription', () => subscriptions > before, 5_000);
    await new Promise((resolve) => setTimeout(resolve, LATE_MS + 100));
    const lookedUp = asked;
    for (const socket of subscribers) socket.write(SWITCHED);
    await until('it to ask for the primary', () => asked > lookedUp, 5_000);
  });

  it('keeps quiet of a sentinel that takes nobody', async () => {
    const written = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    refused = 0;
    for (const socket of subscribers) socket.destroy();
    await until('it to try', () => refused! > 1, 5_000);
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });
});
