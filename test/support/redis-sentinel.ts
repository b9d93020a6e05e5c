import { Redis } from 'ioredis';
import { RedisProcess } from './redis-process.js';
import { until } from './wait.js';

const PASSWORD = 'of-the-primary';
const NAME = 'passlane';
const DOWN_AFTER_MS = 1_000;
/** What docs/redis.md advises: a primary that no replica has heard for so long refuses to write. */
const SETTINGS =
  `--requirepass ${PASSWORD} --masterauth ${PASSWORD} --appendonly yes --min-replicas-to-write 1 ` +
  `--min-replicas-max-lag 5 --repl-diskless-sync-delay 0`;

/** A primary with replicas, watched by sentinels. */
export class TestSentinel {
  private constructor(
    readonly servers: readonly RedisProcess[],
    readonly sentinels: readonly RedisProcess[],
  ) {}

  static async start({ replicas = 2, sentinels = 3 } = {}): Promise<TestSentinel> {
    const primary = await RedisProcess.start(SETTINGS, PASSWORD);
    const follow = `${SETTINGS} --replicaof 127.0.0.1 ${primary.port}`;
    const others = await Promise.all(Array.from({ length: replicas }, () => RedisProcess.start(follow, PASSWORD)));
    await until('the replicas', async () =>
      (await primary.client.info('replication')).includes(`min_slaves_good_slaves:${replicas}\r`),
    );
    const settings = [
      `sentinel monitor ${NAME} 127.0.0.1 ${primary.port} ${Math.floor(sentinels / 2) + 1}`,
      `sentinel auth-pass ${NAME} ${PASSWORD}`,
      `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${NAME} 5000`,
      `sentinel parallel-syncs ${NAME} ${replicas}`,
    ].join('\n');
    const watchers = await Promise.all(Array.from({ length: sentinels }, () => RedisProcess.startSentinel(settings)));
    const all = new TestSentinel([primary, ...others], watchers);
    await until('the sentinels to know all', async () => {
      const masters = await Promise.all(watchers.map((watcher) => watcher.client.call('SENTINEL', 'MASTERS')));
      return masters.every((answer) => {
        const flat = (answer as string[][])[0] ?? [];
        const fact = (name: string) => Number(flat[flat.indexOf(name) + 1]);
        return fact('num-slaves') === replicas && fact('num-other-sentinels') === sentinels - 1;
      });
    });
    return all;
  }

  get url(): string {
    const hosts = this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join();
    return `redis+sentinel://:${PASSWORD}@${hosts}/${NAME}`;
  }

  /** As the sentinels have it now. */
  async primary(): Promise<RedisProcess> {
    const [watcher] = this.sentinels as [RedisProcess];
    const [, port] = (await watcher.client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as [string, string];
    return this.servers.find((server) => server.port === Number(port))!;
  }

  /** A client that follows the primary. */
  connect(): Redis {
    const sentinels = this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
    return new Redis({ sentinels, name: NAME, password: PASSWORD }).on('error', () => undefined);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((one) => one.stop()));
  }
}
