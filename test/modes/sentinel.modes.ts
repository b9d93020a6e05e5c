import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import type { RedisProcess } from '../support/redis-process.js';
import { TestSentinel } from '../support/redis-sentinel.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { expectNothingLost, Traffic } from '../support/traffic.js';
import { until } from '../support/wait.js';

const BACK_WITHIN_MS = 5_000;
const STOPPED_MS = 8_000;

let redis: TestSentinel;
let gateway: Gateway;
let service: Service;
let api: Api;
let traffic: Traffic;

beforeEach(async () => {
  [redis, gateway] = await Promise.all([TestSentinel.start(), Gateway.start()]);
  service = await Service.start({ redisUrl: redis.url, config: configuration({ gateway: httpAccount(gateway.url) }) });
  api = service.as(LIVE_KEY);
  traffic = new Traffic(api, gateway).begin(8);
  await until('traffic', () => traffic.acknowledged.size > 50);
});

afterEach(async () => {
  await traffic.end();
  await service.child.end('SIGKILL');
  await gateway.stop();
  await redis.stop();
});

const roleOf = async (server: RedisProcess): Promise<string> => ((await server.client.role()) as [string])[0];

/** Figures for docs/redis.md. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

it('a primary that is killed: starts are taken again within 5 s, and nothing was lost', async () => {
  const primary = await redis.primary();
  const at = Date.now();
  await primary.kill();
  const back = await traffic.backAfter(at);
  await sleep(2_000);
  await traffic.end();
  const all = await expectNothingLost(traffic, api, gateway);
  say(`sentinel, SIGKILL: back after ${back} ms; ${all} acknowledged, 0 lost; slowest ${traffic.slowestMs | 0} ms`);
  expect(back).toBeLessThan(BACK_WITHIN_MS);
});

it('a primary that stops for 8 s: nothing that was acknowledged is lost, nothing is approved twice', async () => {
  const primary = await redis.primary();
  const at = Date.now();
  primary.signal('SIGSTOP');
  const back = await traffic.backAfter(at);
  await sleep(at + STOPPED_MS - Date.now());
  primary.signal('SIGCONT');
  await until('the old primary to follow', async () => (await roleOf(primary)) === 'slave');
  await sleep(1_000);
  await traffic.end();
  const all = await expectNothingLost(traffic, api, gateway);
  say(`sentinel, SIGSTOP: back after ${back} ms; ${all} acknowledged, 0 lost; slowest ${traffic.slowestMs | 0} ms`);
});
