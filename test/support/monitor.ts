import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { TestRedis } from './redis.js';
import { until } from './wait.js';

/** A command that a client has sent; what scripts call inside Redis is left out. */
export interface Call {
  readonly name: string;
  /** Of a script: the keys that it was given. */
  readonly keys: readonly string[];
}

/** Watches what clients send to Redis, as Redis itself sees it. */
export class Monitor {
  private calls: Call[] = [];
  private readonly echoed = new Set<string>();

  private constructor(
    private readonly redis: TestRedis,
    private readonly connection: Redis,
  ) {
    connection.on('monitor', (_time: string, args: string[], source: string) => {
      if (source === 'lua') return;
      const [name = '', ...rest] = args;
      // The watch that asks whether Redis is well runs beside every call, and belongs to none.
      if (name === 'ping') return;
      if (name === 'echo') this.echoed.add(rest[0] ?? '');
      else this.calls.push({ name: name.toLowerCase(), keys: rest.slice(2, 2 + Number(rest[1])) });
    });
  }

  static async start(redis: TestRedis): Promise<Monitor> {
    return new Monitor(redis, await redis.client.monitor());
  }

  /** What was sent while `act` ran. */
  async during(act: () => Promise<void>): Promise<Call[]> {
    await this.caughtUp();
    this.calls = [];
    await act();
    await this.caughtUp();
    return this.calls;
  }

  stop(): void {
    this.connection.disconnect();
  }

  /** Once our own word has come round, so has everything before it. */
  private async caughtUp(): Promise<void> {
    const word = randomUUID();
    await this.redis.client.echo(word);
    await until('the monitor to catch up', () => this.echoed.has(word));
  }
}
