import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Child, temporaryDirectory } from './processes.js';
import { freePort } from './ports.js';
import { until } from './wait.js';

/** A `redis-server` on a loopback port, alone or as a part of something. */
export class RedisProcess {
  readonly directory = temporaryDirectory();
  private child?: Child;
  readonly client: Redis;

  constructor(
    readonly port: number,
    private readonly options: readonly string[],
    password?: string,
  ) {
    const patient = { maxRetriesPerRequest: null, retryStrategy: () => 50 };
    this.client = new Redis({ port, host: '127.0.0.1', password, ...patient });
    this.client.on('error', () => undefined);
  }

  /** @param options as `--name value …` */
  static async start(options: string, password?: string): Promise<RedisProcess> {
    const one = new RedisProcess(await freePort(), options.split(' '), password);
    return one.started();
  }

  /** A sentinel: it reads its settings from a file, and writes them there. */
  static async startSentinel(settings: string): Promise<RedisProcess> {
    const directory = temporaryDirectory();
    const port = await freePort();
    const file = join(directory, 'sentinel.conf');
    writeFileSync(file, `port ${port}\nbind 127.0.0.1\ndir ${directory}\n${settings}`);
    return new RedisProcess(port, [file, '--sentinel']).started();
  }

  private async started(): Promise<this> {
    try {
      await this.run();
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async run(): Promise<void> {
    const server = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.directory, '--save', ''];
    const options = this.options.includes('--sentinel') ? this.options : [...server, ...this.options];
    this.child = new Child(process.env.PASSLANE_TEST_REDIS ?? 'redis-server', [...options]);
    const child = this.child;
    await until('Redis to answer', async () => !child.running || this.answers());
    if (!child.running) throw new Error(`redis-server has ended: ${child.output.slice(-1_000)}`);
  }

  /** A ping alone would wait for ever for one that has ended. */
  private async answers(): Promise<boolean> {
    return this.client.status === 'ready' && Boolean(await this.client.ping());
  }

  get running(): boolean {
    return this.child?.running ?? false;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.signal(name);
  }

  async kill(): Promise<void> {
    await this.child?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.child?.end('SIGKILL');
  }
}
