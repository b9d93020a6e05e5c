import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Child, temporaryDirectory } from './processes.js';
import { until } from './wait.js';

/** A real Redis of the test's own: append-only file, unix socket, in a temporary directory. */
export class TestRedis {
  readonly directory = temporaryDirectory();
  readonly socket = join(this.directory, 'redis.sock');
  /** As it says of itself. */
  readonly mode: string = 'standalone';
  readonly replicas: number = 0;

  get url(): string {
    return `unix://${this.socket}`;
  }

  private child?: Child;
  private connection?: Redis;

  /** With `PASSLANE_TEST_REDIS_MODE=cluster` a cluster that looks like one (`npm run test:modes`). */
  static async start(): Promise<TestRedis> {
    const redis =
      process.env.PASSLANE_TEST_REDIS_MODE === 'cluster'
        ? new (await import('./redis-of-cluster.js')).RedisOfCluster()
        : new TestRedis();
    await redis.run();
    return redis;
  }

  /** A client that waits while the server is away. */
  get client(): Redis {
    if (!this.connection) {
      this.connection = new Redis(this.socket, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
      this.connection.on('error', () => undefined);
    }
    return this.connection;
  }

  async run(): Promise<void> {
    const options = `--port 0 --unixsocket ${this.socket} --dir ${this.directory} --appendonly yes --save`.split(' ');
    this.child = new Child(process.env.PASSLANE_TEST_REDIS ?? 'redis-server', [...options, '']);
    await until('Redis to answer', async () => Boolean(await this.client.ping()));
  }

  signal(name: NodeJS.Signals): void {
    this.child?.signal(name);
  }

  async kill(): Promise<void> {
    await this.child?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    this.connection?.disconnect();
    await this.child?.end('SIGKILL');
  }

  /** How often each command has been called since the last reset. */
  async commandCounts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const info of await this.infos('commandstats')) {
      for (const [, name = '', calls] of info.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)) {
        counts[name] = (counts[name] ?? 0) + Number(calls);
      }
    }
    return counts;
  }

  /** All that its append-only file holds: everything that was ever written. */
  file(): string {
    const files = this.directories.flatMap((one) => {
      const directory = join(one, 'appendonlydir');
      return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    });
    return files.join();
  }

  /** What each server that takes commands says of itself. */
  protected async infos(section: string): Promise<string[]> {
    return [await this.client.info(section)];
  }

  /** Of each server. */
  protected get directories(): readonly string[] {
    return [this.directory];
  }

  /** Every key with its TTL (ms, -1 without one) and everything it holds, as text. */
  async dump(): Promise<{ key: string; ttl: number; value: string }[]> {
    const entries = [];
    for (const key of await this.client.keys('*')) {
      const value = JSON.stringify(await this.read(key));
      const ttl = await this.client.pttl(key);
      // Its time ran out while we were looking.
      if (ttl !== -2) entries.push({ key, ttl, value });
    }
    return entries;
  }

  private async read(key: string): Promise<unknown> {
    switch (await this.client.type(key)) {
      case 'string':
        return this.client.get(key);
      case 'hash':
        // Redis orders the fields of a large hash anew when it likes.
        return Object.fromEntries(Object.entries(await this.client.hgetall(key)).sort(([a], [b]) => (a < b ? -1 : 1)));
      case 'zset':
        return this.client.zrange(key, '0', '-1', 'WITHSCORES');
      case 'list':
        return this.client.lrange(key, 0, -1);
      case 'set':
        return (await this.client.smembers(key)).sort();
      case 'stream':
        return this.client.xrange(key, '-', '+');
      default:
        return null;
    }
  }
}
