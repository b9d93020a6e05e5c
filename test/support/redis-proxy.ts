import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from './processes.js';
import type { TestRedis } from './redis.js';

/** Stands between a service and its Redis: Redis does what it is told, and the answer never comes. */
export class RedisProxy {
  readonly socket = join(temporaryDirectory(), 'proxy.sock');
  readonly url = `unix://${this.socket}`;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private mutedBy?: string;

  private constructor(redis: TestRedis) {
    this.server = createServer((client) => {
      const upstream = createConnection(redis.socket);
      let muted = false;
      client.on('data', (chunk: Buffer) => {
        muted ||= this.mutedBy !== undefined && chunk.includes(this.mutedBy);
        upstream.write(chunk);
      });
      upstream.on('data', (chunk: Buffer) => {
        if (!muted) client.write(chunk);
      });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  static async start(redis: TestRedis): Promise<RedisProxy> {
    const proxy = new RedisProxy(redis);
    await new Promise<void>((resolve) => proxy.server.listen(proxy.socket, resolve));
    return proxy;
  }

  /** A connection over which this is sent hears nothing any more. */
  muteAfter(text: string | undefined): void {
    this.mutedBy = text;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
