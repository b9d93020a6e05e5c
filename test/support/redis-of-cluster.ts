import { TestRedis } from './redis.js';
import { TestCluster } from './redis-cluster.js';
import type { Redis } from 'ioredis';

/** A Redis Cluster of three primaries and three replicas in the place of a test's Redis. */
export class RedisOfCluster extends TestRedis {
  override readonly mode = 'cluster';
  override readonly replicas = 1;
  private cluster?: TestCluster;
  private facade?: Redis;

  override get url(): string {
    return this.started.url;
  }

  /** Commands go where their keys are; a look at all keys, or a change of settings, concerns all primaries. */
  override get client(): Redis {
    this.facade ??= new Proxy(this.started.client as unknown as Redis, {
      get: (client, name) => {
        if (name === 'keys')
          return async (pattern: string) => (await this.everywhere((node) => node.keys(pattern))).flat();
        if (name === 'config') return (...args: string[]) => this.everywhere((node) => node.call('CONFIG', args));
        const value: unknown = Reflect.get(client, name, client);
        return typeof value === 'function' ? (value.bind(client) as unknown) : value;
      },
    });
    return this.facade;
  }

  override async run(): Promise<void> {
    if (!this.cluster) this.cluster = await TestCluster.start({ replicas: true });
    else await Promise.all(this.cluster.nodes.map((node) => node.run()));
  }

  override signal(name: NodeJS.Signals): void {
    for (const node of this.started.nodes) node.signal(name);
  }

  override async kill(): Promise<void> {
    await Promise.all(this.started.nodes.map((node) => node.kill()));
  }

  override async stop(): Promise<void> {
    await this.cluster?.stop();
  }

  protected override infos(section: string): Promise<string[]> {
    return this.everywhere((node) => node.info(section));
  }

  protected override get directories(): readonly string[] {
    return this.started.nodes.map(({ directory }) => directory);
  }

  private get started(): TestCluster {
    if (!this.cluster) throw new Error('the cluster is not there yet');
    return this.cluster;
  }

  private everywhere<T>(ask: (node: Redis) => Promise<T>): Promise<T[]> {
    return Promise.all(this.started.primaries.map((node) => ask(node.client)));
  }
}
