import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { slotOf } from '../../src/shared/redis/slot.js';
import { stateKey } from '../../src/store/keys.js';
import type { Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestCluster } from '../support/redis-cluster.js';
import type { RedisProcess } from '../support/redis-process.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, type Started } from '../support/started.js';
import { expectNothingLost, Traffic } from '../support/traffic.js';
import { until } from '../support/wait.js';

/** Of each of three primaries, in percent of all commands. */
const SHARE = [25, 42] as const;
const BACK_WITHIN_MS = 10_000;

let cluster: TestCluster;
let gateway: Gateway;
let service: Service;
let api: Api;

beforeEach(async () => {
  [cluster, gateway] = await Promise.all([TestCluster.start({ replicas: true }), Gateway.start()]);
  service = await Service.start({
    redisUrl: cluster.url,
    config: configuration({ gateway: httpAccount(gateway.url) }),
  });
  api = service.as(LIVE_KEY);
});

afterEach(async () => {
  await service.child.end('SIGKILL');
  await gateway.stop();
  await cluster.stop();
});

/** Figures for docs/redis.md. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function commands(node: RedisProcess): Promise<number> {
  const found = /total_commands_processed:(\d+)/.exec(await node.client.info('stats'));
  return Number(found?.[1]);
}

const primaryOf = (id: string): number => Math.floor((slotOf(stateKey(id)) * 3) / 16_384);

it('load spreads over the primaries', async () => {
  await startAndReceive(api, gateway);
  const before = await Promise.all(cluster.primaries.map(commands));
  const traffic = new Traffic(api, gateway).begin(16);
  await until('traffic', () => traffic.acknowledged.size > 600, 50_000);
  await traffic.end();
  const after = await Promise.all(cluster.primaries.map(commands));
  const counts = after.map((count, i) => count - before[i]!);
  const all = counts.reduce((a, b) => a + b);
  const shares = counts.map((count) => Math.round((count / all) * 1_000) / 10);
  say(`cluster: ${traffic.acknowledged.size} verifications, ${all} commands: ${shares.join(' %, ')} %`);
  for (const share of shares) {
    expect(share).toBeGreaterThanOrEqual(SHARE[0]);
    expect(share).toBeLessThanOrEqual(SHARE[1]);
  }
});

it.each(['SIGKILL', 'SIGSTOP'] as const)(
  'a primary that gets %s: others go on, and it is replaced by itself',
  async (signal) => {
    const started = await Promise.all(Array.from({ length: 60 }, () => startAndReceive(api, gateway)));
    const isHurt = ({ id }: Started): boolean => primaryOf(id) === 1;
    const [hurt, well] = [started.filter(isHurt), started.filter((one) => !isHurt(one))];
    const traffic = new Traffic(api, gateway).begin(4);
    const at = Date.now();
    cluster.primaries[1]!.signal(signal);

    let slowest = 0;
    let reads = 0;
    let refusedSeen = false;
    const back = await until('the replica to take over', async () => {
      for (const { id } of well.slice(0, 5)) {
        const from = performance.now();
        expect((await api.read(id)).status).toBe(200);
        slowest = Math.max(slowest, performance.now() - from);
        reads++;
      }
      const answers = await Promise.all(hurt.map(({ id }) => api.read(id)));
      const refused = answers.some(({ status }) => status === 503);
      refusedSeen ||= refused;
      return refusedSeen && !refused && Date.now() - at;
    });
    // A start on a node that is well is sent while another one is away, and after.
    await sleep(1_000);
    if (signal === 'SIGSTOP') cluster.primaries[1]!.signal('SIGCONT');
    await sleep(1_000);
    await traffic.end();
    const all = await expectNothingLost(traffic, api, gateway);
    for (const { id, code } of started) expect((await api.check(id, code)).body.result).toBe('approved');
    say(
      `cluster, ${signal}: back after ${back} ms; meanwhile ${reads} reads of others, slowest ${slowest | 0} ms; ` +
        `${all} acknowledged, 0 lost; slowest ${traffic.slowestMs | 0} ms; ${traffic.refusedAt.length} refused`,
    );
    expect(back).toBeLessThan(BACK_WITHIN_MS);
  },
);
