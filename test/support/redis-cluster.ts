import { expect } from '@jest/globals';
import { Cluster } from 'ioredis';
import { slotOf } from '../../src/shared/redis/slot.js';
import { RedisProcess } from './redis-process.js';
import { freePort } from './ports.js';
import { until } from './wait.js';

const SLOTS = 16_384;
const PASSWORD = 'of-the-cluster';

/** Others' verifications go on while a primary is away; a write that no replica hears of is refused after a while. */
const SETTINGS =
  `--cluster-enabled yes --cluster-node-timeout 1500 --cluster-require-full-coverage no --appendonly yes ` +
  `--cluster-allow-pubsubshard-when-down no --repl-diskless-sync-delay 0 ` +
  `--requirepass ${PASSWORD} --masterauth ${PASSWORD}`;

/** A Redis Cluster on loopback: the slots in order over the primaries, and perhaps a replica for each. */
export class TestCluster {
  private constructor(
    readonly primaries: readonly RedisProcess[],
    readonly replicas: readonly RedisProcess[],
    readonly client: Cluster,
  ) {}

  static async start({ primaries = 3, replicas = false } = {}): Promise<TestCluster> {
    const start = () => startNode();
    const heads = await Promise.all(Array.from({ length: primaries }, start));
    const tails = replicas ? await Promise.all(Array.from({ length: primaries }, start)) : [];
    const [first] = heads as [RedisProcess];
    for (const [i, node] of heads.entries()) {
      const from = Math.floor((i * SLOTS) / primaries + 0.5);
      await node.client.cluster('ADDSLOTSRANGE', from, Math.floor(((i + 1) * SLOTS) / primaries + 0.5) - 1);
      await node.client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    }
    const all = [...heads, ...tails];
    for (const node of all.slice(1)) await node.client.call('CLUSTER', 'MEET', '127.0.0.1', first.port, busPort(first));
    await until('the nodes to know each other', async () => {
      const known = await Promise.all(all.map((node) => node.client.cluster('INFO')));
      return known.every((info) => info.includes(`cluster_known_nodes:${all.length}\r`) && info.includes('state:ok'));
    });
    for (const [i, node] of tails.entries()) {
      const id = await heads[i]!.client.cluster('MYID');
      await until('it to follow', () =>
        node.client.cluster('REPLICATE', id).then(
          () => true,
          () => false,
        ),
      );
    }
    for (const node of tails) {
      await until('the replica', async () => (await node.client.info('replication')).includes('master_link_status:up'));
    }
    const client = new Cluster([{ host: '127.0.0.1', port: first.port }], { redisOptions: { password: PASSWORD } });
    client.on('error', () => undefined);
    return new TestCluster(heads, tails, client);
  }

  /** Opens the slot of a key: from now on its keys may move to the next primary, one by one. */
  async openSlot(key: string): Promise<OpenSlot> {
    const slot = slotOf(key);
    const { length } = this.primaries;
    const owner = Math.floor((slot * length) / SLOTS);
    const [from, to] = [this.primaries[owner]!, this.primaries[(owner + 1) % length]!];
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await from.client.cluster('MYID'));
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await to.client.cluster('MYID'));
    const move = async (...keys: string[]): Promise<void> => {
      const how = ['127.0.0.1', to.port, '', 0, 5_000, 'AUTH', PASSWORD, 'KEYS'];
      expect(await from.client.call('MIGRATE', ...how, ...keys)).toBe('OK');
    };
    const close = async (): Promise<void> => {
      const left = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 10_000)) as string[];
      if (left.length > 0) await move(...left);
      const owned = ['SETSLOT', slot, 'NODE', await to.client.cluster('MYID')];
      for (const node of [to, from, ...this.primaries]) await node.client.call('CLUSTER', ...owned);
    };
    return { from, to, move, close };
  }

  get nodes(): readonly RedisProcess[] {
    return [...this.primaries, ...this.replicas];
  }

  get url(): string {
    return `redis+cluster://:${PASSWORD}@${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** Its keys are on either of two primaries. */
export interface OpenSlot {
  readonly from: RedisProcess;
  readonly to: RedisProcess;
  move(...keys: string[]): Promise<void>;
  /** Moves what is left; then all of it is the new primary's. */
  close(): Promise<void>;
}

const busPorts = new WeakMap<RedisProcess, number>();
const busPort = (node: RedisProcess): number => busPorts.get(node)!;

/** Two free ports may be taken by others before it has them: then it tries others. */
async function startNode(): Promise<RedisProcess> {
  for (let tries = 1; ; tries++) {
    const bus = await freePort();
    try {
      const node = await RedisProcess.start(`${SETTINGS} --cluster-port ${bus}`, PASSWORD);
      busPorts.set(node, bus);
      return node;
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
