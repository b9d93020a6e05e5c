import { expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
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
