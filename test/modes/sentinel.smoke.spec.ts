import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freshNumber, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestSentinel } from '../support/redis-sentinel.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

let redis: TestSentinel;
let gateway: Gateway;
let service: Service;
let api: Api;

beforeAll(async () => {
  [redis, gateway] = await Promise.all([TestSentinel.start({ replicas: 2, sentinels: 1 }), Gateway.start()]);
  service = await Service.start({ redisUrl: redis.url, config: configuration({ gateway: httpAccount(gateway.url) }) });
  api = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.child.end('SIGKILL');
  await gateway.stop();
  await redis.stop();
});

it('goes on with the replica that Sentinel makes primary', async () => {
  const earlier = await startAndReceive(api, gateway);
  const before = await redis.primary();
  await before.kill();
  expect((await api.start(freshNumber())).status).toBe(503);
  await until('a primary that takes starts', async () => (await api.start(freshNumber())).status === 201);
  expect(await redis.primary()).not.toBe(before);
  expect((await api.check(earlier.id, earlier.code)).body.result).toBe('approved');
  const { id, code } = await startAndReceive(api, gateway);
  expect((await api.check(id, code)).body.result).toBe('approved');
});
