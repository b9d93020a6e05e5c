import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, freshNumber } from '../support/api.js';
import { Arrivals } from '../support/arrivals.js';
import { Balancer } from '../support/balancer.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

/** `PASSLANE_ROLL_RATE=300 PASSLANE_ROLL_DRAIN=5 node scripts/test.mjs test/faults/rolling` is the long form. */
const RATE = Number(process.env.PASSLANE_ROLL_RATE ?? 30);
const DRAIN_SECONDS = process.env.PASSLANE_ROLL_DRAIN ?? '1';
/** What a process may take to end. */
const WITHIN_MS = 25_000;
/** Each flow is a start, a look and a check. */
const CALLS = 3;

let redis: TestRedis;
let gateway: Gateway;
let balancer: Balancer;
let services: Service[];

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url, { timeout: 5 }) });
  const run = (role: string) =>
    Service.start({
      redisUrl: redis.url,
      config,
      env: { PASSLANE_ROLE: role, PASSLANE_DRAIN_SECONDS: role === 'api' ? DRAIN_SECONDS : '0' },
    });
  services = [];
  for (const role of ['api', 'worker']) services.push(...(await Promise.all([run(role), run(role)])));
  balancer = await Balancer.start(apis().map(portOf));
});

afterAll(async () => {
  await balancer.stop();
  await Promise.all(services.map(({ child }) => child.end('SIGKILL')));
  await gateway.stop();
  await redis.stop();
});

const portOf = ({ options }: Service): number => options.port;
const apis = (): Service[] => services.filter(({ options }) => options.env?.PASSLANE_ROLE === 'api');

/** Ends one as Kubernetes does, and puts another in its place once it is gone. */
async function roll(index: number): Promise<{ code: number | null; ms: number }> {
  const old = services[index]!;
  const told = performance.now();
  const code = await old.stop();
  const ms = performance.now() - told;
  services[index] = await old.restart();
  if (index < 2) await until('the balancer to see it', () => balancer.isHealthy(portOf(old)));
  return { code, ms };
}

it('a rolling restart under load fails no request, and loses or doubles no message', async () => {
  const api = new Api(balancer.url, LIVE_KEY);
  const answers: number[] = [];
  const failures: string[] = [];
  const recipients: string[] = [];
  const outcomes: string[] = [];

  const call = async (request: ReturnType<Api['get']>) => {
    const answer = await request;
    answers.push(answer.status);
    return answer;
  };
  const flow = async () => {
    const to = freshNumber();
    const { status, body } = await call(api.start(to));
    if (status !== 201) return;
    recipients.push(to);
    const message = await until('the message', () => gateway.to(to)[0]);
    await call(api.read(body.id));
    outcomes.push((await call(api.check(body.id, message.body.code!))).body.result);
  };
  const load = new Arrivals(RATE / CALLS, () => flow().catch((error: unknown) => void failures.push(String(error))));

  const ends = [];
  for (let i = 0; i < services.length; i++) {
    await sleep(500);
    ends.push(await roll(i));
  }
  await sleep(500);
  await load.stop();

  expect(failures).toEqual([]);
  expect(answers.filter((status) => status !== 200 && status !== 201)).toEqual([]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  for (const { ms } of ends) expect(ms).toBeLessThan(WITHIN_MS);
  expect(recipients.length).toBeGreaterThan(10);
  expect(outcomes).toEqual(recipients.map(() => 'approved'));
  const sends = new Map<string | undefined, number>();
  for (const { body } of gateway.received) sends.set(body.to, (sends.get(body.to) ?? 0) + 1);
  expect(recipients.filter((to) => sends.get(to) !== 1)).toEqual([]);
}, 180_000);
