import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import { makeRedis } from '../../src/shared/redis.js';
import { isWell, onBack } from '../../src/shared/redis/nodes.js';
import { wrongFor, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestCluster } from '../support/redis-cluster.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

const ADMIN_KEY = 'key_of_who_runs_the_service_01';

let cluster: TestCluster;
let gateway: Gateway;
let service: Service;
let api: Api;

beforeAll(async () => {
  [cluster, gateway] = await Promise.all([TestCluster.start(), Gateway.start()]);
  await cluster.primaries[1]!.client.config('SET', 'appendonly', 'no');
  service = await Service.start({
    redisUrl: cluster.url,
    config: configuration({ gateway: httpAccount(gateway.url) }),
    env: { PASSLANE_ADMIN_KEY: ADMIN_KEY },
  });
  api = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.child.end('SIGKILL');
  await gateway.stop();
  await cluster.stop();
});

it('sends and checks over all nodes of a Redis Cluster, each script on one of them', async () => {
  const all = await Promise.all(Array.from({ length: 30 }, () => startAndReceive(api, gateway)));
  for (const { id, code } of all) {
    expect((await api.check(id, wrongFor(code))).body.result).toBe('incorrect');
    expect((await api.check(id, code)).body.result).toBe('approved');
  }
  expect(await service.wholeLog()).not.toMatch(/CROSSSLOT|same slot|non local key|"level":50/);
});

it('gives each queue its settings, on whichever node it is', async () => {
  const nodes = cluster.primaries.map(async ({ client }) => {
    const names = await client.keys('{pl:q*}:deliver-*:meta');
    return Promise.all(names.map((name) => client.hget(name, 'opts.maxLenEvents')));
  });
  const lengths = await Promise.all(nodes);
  expect(lengths.map((some) => some.length)).toEqual([4, 4, 4]);
  expect(new Set(lengths.flat())).toEqual(new Set(['1000']));
});

it('warns of the one primary that has no append-only file, and shows it', async () => {
  await until('the warning', () => service.log.includes('appendonly yes'));
  expect(service.log.match(/appendonly yes/g)).toHaveLength(1);
  await until('the details to show it', async () => {
    const { text } = await service.as(ADMIN_KEY).get('/health/details');
    const { redis_server: shown } = JSON.parse(text) as { redis_server: { append_only: boolean } | null };
    return shown?.append_only === false;
  });
});

it('tells when a node that was known is back', async () => {
  const redis = makeRedis(parseRedisUrl(cluster.url), () => undefined);
  try {
    await until('all nodes', () => isWell(redis));
    let told = 0;
    onBack(redis, () => told++);
    const [, , last] = cluster.primaries;
    await last!.kill();
    await until('its end to be seen', () => !isWell(redis));
    expect(told).toBe(0);
    await last!.run();
    await until('word of it', () => told > 0);
  } finally {
    redis.disconnect();
  }
});

it('is itself again after all nodes were away for longer than it keeps to their addresses', async () => {
  const redis = makeRedis(parseRedisUrl(cluster.url), () => undefined);
  try {
    await until('all nodes', () => isWell(redis));
    await Promise.all(cluster.primaries.map((node) => node.kill()));
    await until('it to begin again', () => redis.status !== 'ready');
    await Promise.all(cluster.primaries.map((node) => node.run()));
    await until('an answer', () => redis.set('key', 'value').catch(() => false), 10_000);
    await until('all nodes once more', () => isWell(redis));
  } finally {
    redis.disconnect();
  }
});

it('measures the queues of the nodes that are there while one is away', async () => {
  const [, , last] = cluster.primaries;
  const before = service.log.length;
  await last!.kill();
  try {
    await until('its end to be seen', () => service.log.slice(before).includes('ECONNREFUSED'));
    const measured = async () => (await fetch(`${service.url}/metrics`)).text();
    await until('queues without it', async () => (await measured()).includes('passlane_queue_waiting{'), 10_000);
  } finally {
    await last!.run();
  }
});
