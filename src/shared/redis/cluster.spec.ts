import { expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../test/support/ports.js';
import { RedisProcess } from '../../../test/support/redis-process.js';
import { until } from '../../../test/support/wait.js';
import { makeCluster } from './cluster.js';

it('calls a node by its name, for which its certificate holds', async () => {
  const cluster = makeCluster({ mode: 'cluster', nodes: [{ host: 'localhost', port: 1 }], tls: true }, () => undefined);
  try {
    const node = await new Promise<Redis>((resolve) => cluster.once('+node', resolve));
    expect(node.options.host).toBe('localhost');
    expect(node.options.tls).toBeDefined();
  } finally {
    cluster.disconnect();
  }
});

it('asks who has the slots, a few times a second, while a primary says that it serves none', async () => {
  const node = await RedisProcess.start(
    `--cluster-enabled yes --cluster-announce-ip 127.0.0.1 --cluster-port ${await freePort()}`,
  );
  await node.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  const nodes = [{ host: '127.0.0.1', port: node.port }];
  const cluster = makeCluster({ mode: 'cluster', nodes, tls: false }, () => undefined);
  const asked = async () =>
    Number(/cmdstat_cluster\|slots:calls=(\d+)/.exec(await node.client.info('commandstats'))?.[1] ?? 0);
  try {
    await until('the node', () => cluster.nodes('master').some(({ status }) => status === 'ready'));
    // A part without a node: all of the cluster is down, as for a primary that is cut off from the others.
    await node.client.call('CLUSTER', 'DELSLOTSRANGE', 8_192, 16_383);
    const before = await asked();
    await sleep(450);
    expect(await asked()).toBe(before);
    const refused = () => expect(cluster.set('key', 'value')).rejects.toThrow('CLUSTERDOWN');
    await Promise.all(Array.from({ length: 1_000 }, refused));
    await until('the question', async () => (await asked()) > before);
    await sleep(450);
    expect(await asked()).toBeLessThanOrEqual(before + 3);
  } finally {
    cluster.disconnect();
    await node.stop();
  }
});
