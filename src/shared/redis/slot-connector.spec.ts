import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cluster, Redis } from 'ioredis';
import { freePort } from '../../../test/support/ports.js';
import { RedisProcess } from '../../../test/support/redis-process.js';
import { until } from '../../../test/support/wait.js';
import { makeBlockingOfSlot } from './slot-connector.js';

const SLOT = 7;

describe('the connection of a worker to a primary that the others have left behind', () => {
  /** It serves no slot. */
  let behind: RedisProcess;
  let owner: RedisProcess;
  let redis: Redis;

  beforeEach(async () => {
    behind = await RedisProcess.start(`--cluster-enabled yes --cluster-port ${await freePort()}`);
    owner = await RedisProcess.start('--appendonly no');
  });

  afterEach(async () => {
    redis.disconnect();
    await Promise.all([behind.stop(), owner.stop()]);
  });

  it('looks where the slot is now, and goes there', async () => {
    const at = ({ port }: RedisProcess) => [`127.0.0.1:${port}`];
    const cluster = {
      slots: { [SLOT]: at(behind) },
      refreshSlotsCache: () => {
        cluster.slots[SLOT] = at(owner);
      },
    };
    redis = makeBlockingOfSlot(cluster as unknown as Cluster, { mode: 'cluster', nodes: [], tls: false }, SLOT);
    redis.on('error', () => undefined);
    await expect(redis.set('key', 'value')).rejects.toThrow('CLUSTERDOWN');
    await until('the other one', () => redis.set('key', 'value').catch(() => false), 5_000);
    expect(await owner.client.get('key')).toBe('value');
  });
});
