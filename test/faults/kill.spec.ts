import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bounds } from '../../src/config/bounds.js';
import { stateKey } from '../../src/store/keys.js';
import { freshNumber } from '../support/api.js';
import { Client, type Promised } from '../support/client.js';
import { pass } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { inParallel } from '../support/percentile.js';
import { randomFrom } from '../support/random.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, tally } from '../support/started.js';
import { until } from '../support/wait.js';

/** `PASSLANE_KILLS=200 PASSLANE_SEED=<n> node scripts/test.mjs test/faults/kill` is the long form, and the same again. */
const KILLS = Number(process.env.PASSLANE_KILLS ?? 6);
const SEED = Number(process.env.PASSLANE_SEED ?? Math.floor(Math.random() * 2 ** 32));
const CLIENTS = 4;

let redis: TestRedis;
let gateway: Gateway;
let services: Service[];

beforeEach(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  services = [];
});

afterEach(async () => {
  for (const service of services) await service.stop();
  await gateway.stop();
  await redis.stop();
});

async function run(role: 'all' | 'api' | 'worker'): Promise<Service> {
  const config = configuration({ gateway: httpAccount(gateway.url, { timeout: 1 }) });
  const service = await Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ROLE: role } });
  services.push(service);
  return service;
}

async function restart(killed: Service): Promise<Service> {
  const service = await killed.restart();
  services.splice(services.indexOf(killed), 1, service);
  return service;
}

const kill = (service: Service) => service.child.end('SIGKILL');

const read = async (service: Service, id: string) => (await service.as(LIVE_KEY).read(id)).body;

describe('SIGKILL of the only process', () => {
  it('right after a 201 loses nothing: the code comes after the restart', async () => {
    let service = await run('all');
    for (let round = 0; round < 3; round++) {
      const to = freshNumber();
      const { status, body } = await service.as(LIVE_KEY).start(to);
      await kill(service);
      expect(status).toBe(201);
      service = await restart(service);
      const message = await until('the message', () => gateway.to(to)[0], 20_000);
      expect((await service.as(LIVE_KEY).check(body.id, message.body.code!)).body.result).toBe('approved');
      expect(gateway.to(to).length).toBeLessThanOrEqual(2);
    }
  });

  it('loses nothing even if the queue has lost every job: the clock knows what is due', async () => {
    const front = await run('api');
    const to = freshNumber();
    expect((await front.as(LIVE_KEY).start(to)).status).toBe(201);
    await until('the job', async () => (await redis.client.llen('{pl:q}:deliver-gateway:wait')) === 1);
    await kill(front);
    await redis.client.del(await redis.client.keys('{pl:q}:*'));
    await run('worker');
    await until('the message', () => gateway.to(to)[0], 20_000);
  });

  it('sends nothing again that was recorded as sent', async () => {
    const service = await run('all');
    const { id, to } = await startAndReceive(service.as(LIVE_KEY), gateway);
    await until('the record', async () => (await read(service, id)).attempts[0]?.status === 'sent');
    await kill(service);
    // Whoever looks at it again finds nothing to do.
    const due = (await redis.client.keys(`pl:{${id.slice(-2)}}:due`))[0]!;
    await redis.client.zadd(due, Date.now() - 1, id);
    const restarted = await restart(service);
    const isBack = async () => Number(await redis.client.zscore(due, id)) > Date.now() + 60_000;
    await until('the clock to have looked', isBack);
    expect(gateway.to(to)).toHaveLength(1);
    expect(await read(restarted, id)).toMatchObject({ delivery: 'sent', attempts: [{ status: 'sent' }] });
  });

  it('while the provider has the message sends that attempt a second time, never a third; a new one takes its place', async () => {
    gateway.behaviour = behaviours.hangs;
    let service = await run('all');
    const to = freshNumber();
    const { id } = (await service.as(LIVE_KEY).start(to)).body;
    for (const sends of [1, 2]) {
      await until(`send ${sends}`, () => gateway.to(to).length === sends);
      await kill(service);
      if (sends === 2) gateway.behaviour = behaviours.accepts;
      service = await restart(service);
    }
    const view = await until('the attempt that takes its place', async () => {
      const body = await read(service, id);
      return body.attempts[1]?.status === 'sent' && body;
    });
    const error = { kind: 'maybe_sent', code: 'worker_lost' };
    expect(view.attempts).toMatchObject([{ id: `${id}-1`, status: 'maybe_sent', error }, { id: `${id}-2` }]);
    expect(gateway.to(to).map(({ body }) => body.ref)).toEqual([`${id}-1`, `${id}-1`, `${id}-2`]);
    expect(new Set(gateway.to(to).map(({ body }) => body.code)).size).toBe(1);
  });
});

describe('SIGKILLs at any moment under load', () => {
  const random = randomFrom(SEED);
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from));

  it(
    `lose nothing and double little: ${KILLS} kills, seed ${SEED}`,
    async () => {
      const codes = new Map<string, string>();
      gateway.behaviour = (received, response) => {
        codes.set(received.body.to!, received.body.code!);
        setTimeout(
          () => {
            behaviours.accepts(received, response);
          },
          between(0, 30),
        );
      };
      const front = await run('all');
      await run('worker');
      const codeFor = (to: string) => codes.get(to);
      const clients = Array.from({ length: CLIENTS }, () => new Client(front.as(LIVE_KEY), codeFor));
      const killedAt: number[] = [];
      for (let kills = 0; kills < KILLS; kills++) {
        await sleep(between(20, 400));
        const victims = [[services[0]!], [services[1]!], [...services]][between(0, 3)]!;
        killedAt.push(Date.now());
        await Promise.all(victims.map(kill));
        await Promise.all(victims.map(restart));
      }
      for (const client of clients) await client.stop();

      const promised = clients.flatMap((client) => client.promised);
      // Where the machine stands still for so long that Redis seems hung, a 503 is the promised answer: it promises nothing.
      expect(clients.flatMap(({ refused }) => refused).filter((status) => status !== 503)).toEqual([]);
      expect(promised.length).toBeGreaterThan(KILLS);
      const firstAt = new Map<string, number>();
      const missing = () => {
        for (const { at, body } of gateway.received) if (!firstAt.has(body.to!)) firstAt.set(body.to!, at);
        return promised.filter(({ to, fate }) => ['check', 'leave'].includes(fate) && !firstAt.has(to));
      };
      await until('every message', () => missing().length === 0, 60_000).catch(() => undefined);
      await until('every attempt to be recorded', async () => (await sending()) === 0, 60_000);
      expect(await Promise.all(missing().map(({ id }) => read(services[0]!, id)))).toEqual([]);

      const sends = new Map<string, number[]>();
      for (const { at, body } of gateway.received) sends.set(body.ref!, [...(sends.get(body.ref!) ?? []), at]);
      const doubles = [...sends.values()].filter(({ length }) => length > 1);
      const late = promised.map(({ to, at }) => (firstAt.get(to) ?? at) - at).sort((a, b) => a - b);
      report({
        promised: promised.length,
        attempts: sends.size,
        doubles: doubles.length,
        late,
      });
      expect(doubles.filter(({ length }) => length > 2)).toEqual([]);
      // Only a kill before the first send was recorded is an excuse. The gateway hears of it later than it was sent.
      const excused = ([first = 0, second = 0]: number[]) => killedAt.some((at) => at > first - 100 && at < second);
      expect(doubles.filter((times) => !excused(times))).toEqual([]);
      const open = promised.filter(({ fate }) => fate === 'leave').slice(-10);
      for (const one of open) {
        one.answered = (await services[0]!.as(LIVE_KEY).check(one.id, codes.get(one.to)!)).body.result;
        expect(one.answered).toBe('approved');
      }
      await expectFinal(promised);
    },
    120_000 + KILLS * 8_000,
  );

  /** Attempts that a worker still has, or had when it was killed; what has ended meanwhile is nobody's any more. */
  async function sending(): Promise<number> {
    const keys = await redis.client.keys('pl:*:v:*');
    const records = await stored(keys, '1:status');
    return records.filter(([status, attempt]) => status === 'pending' && (attempt === 'sending' || !attempt)).length;
  }

  /** What stands in Redis, by itself: the API would also call expired what nobody has ended. */
  async function stored(keys: readonly string[], ...more: string[]): Promise<(string | null)[][]> {
    const pipeline = redis.client.pipeline();
    for (const key of keys) pipeline.hmget(key, 'status', ...more);
    return ((await pipeline.exec()) ?? []).map(([, values]) => values as (string | null)[]);
  }

  /** Each one that was answered 201 comes to its end, and to the one that its caller was told. */
  async function expectFinal(promised: readonly Promised[]): Promise<void> {
    const keys = promised.map(({ id }) => stateKey(id));
    // Most with a short life have ended under the kills. The others' time comes now: by their due entries, if those
    // are still there.
    const before = await stored(keys);
    await inParallel(promised.length, 16, async (i) => {
      if (before[i]![0] === 'pending') await pass(redis, promised[i]!.id, bounds.ttl.default * 1_000);
    });
    const isEnded = async () => (await stored(keys)).every(([status]) => status !== 'pending');
    await until('every end', isEnded, 30_000);
    const statuses = (await stored(keys)).map(([status]) => status ?? 'lost');
    const answers: string[] = [];
    await inParallel(promised.length, 16, async (i) => {
      answers[i] = (await read(services[0]!, promised[i]!.id)).status;
    });
    expect(answers).toEqual(statuses);
    const told = promised.filter(({ answered }, i) => answered !== undefined && answered !== statuses[i]);
    expect(told).toEqual([]);
    const counts = tally(statuses);
    process.stderr.write(`final: ${JSON.stringify(counts)}\n`);
    expect(Object.keys(counts).sort()).toEqual(['approved', 'canceled', 'expired']);
  }

  function report(figures: { promised: number; attempts: number; doubles: number; late: number[] }) {
    const { promised, attempts, doubles, late } = figures;
    const share = ((doubles / attempts) * 100).toFixed(2);
    const [p50, p99] = [0.5, 0.99].map((part) => late[Math.floor(late.length * part)]);
    process.stderr.write(
      `${KILLS} kills, seed ${SEED}: ${promised} promised, ${doubles} of ${attempts} attempts sent twice ` +
        `(${share} %); from the answer to the message: p50 ${p50} ms, p99 ${p99} ms, most ${late.at(-1)} ms\n`,
    );
  }
});
