import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { wrongFor, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestCluster } from '../support/redis-cluster.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';

let cluster: TestCluster;
let gateway: Gateway;
let service: Service;
let api: Api;

beforeAll(async () => {
  [cluster, gateway] = await Promise.all([TestCluster.start(), Gateway.start()]);
  service = await Service.start({
    redisUrl: cluster.url,
    config: configuration({ gateway: httpAccount(gateway.url) }),
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
  expect(service.log).not.toMatch(/CROSSSLOT|same slot|non local key|"level":50/);
});
