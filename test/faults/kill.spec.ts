import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshNumber, type Api } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { randomFrom } from '../support/random.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, tally } from '../support/started.js';
import { until } from '../support/wait.js';

/** `PASSLANE_KILLS=200 PASSLANE_SEED=<n> node scripts/test.mjs test/faults/kill` is the long form, and the same again. */
const KILLS = Number(process.env.PASSLANE_KILLS ?? 20);
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
    for (let round = 0; round < 5; round++) {
      const to = freshNumber();
      const { status, body } = await service.as(LIVE_KEY).start(to);
      await kill(service);
      expect(status).toBe(201);
      service = await restart(service);
      const message = await until('the message', () => gateway.to(to)[0], 8_000);
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
    await until('the message', () => gateway.to(to)[0], 5_000);
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

/** Starts as fast as it is answered, and notes what was promised: a 201. */
class Client {
  readonly promised: { id: string; to: string; at: number }[] = [];
  readonly refused: number[] = [];
  private running = true;
  private readonly ended: Promise<void>;

  constructor(private readonly api: Api) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async run(): Promise<void> {
    while (this.running) {
      const to = freshNumber();
      // A call that a kill cuts off has promised nothing.
      const answer = await this.api.start(to).catch(() => undefined);
      if (answer?.status === 201) this.promised.push({ id: answer.body.id, to, at: Date.now() });
      else if (answer) this.refused.push(answer.status);
      await sleep(answer ? 10 : 50);
    }
  }
}

describe('SIGKILLs at any moment under load', () => {
  const random = randomFrom(SEED);
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from));

  it(
    `lose nothing and double little: ${KILLS} kills, seed ${SEED}`,
    async () => {
      gateway.behaviour = (received, response) => {
        setTimeout(
          () => {
            behaviours.accepts(received, response);
          },
          between(0, 30),
        );
      };
      const front = await run('all');
      await run('worker');
      const clients = Array.from({ length: CLIENTS }, () => new Client(front.as(LIVE_KEY)));
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
      expect(tally(clients.flatMap((client) => client.refused))).toEqual({});
      expect(promised.length).toBeGreaterThan(KILLS);
      const firstAt = new Map<string, number>();
      const missing = () => {
        for (const { at, body } of gateway.received) if (!firstAt.has(body.to!)) firstAt.set(body.to!, at);
        return promised.filter(({ to }) => !firstAt.has(to));
      };
      await until('every message', () => missing().length === 0, 30_000).catch(() => undefined);
      await until('every attempt to be recorded', async () => (await sending()) === 0, 20_000);
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
      // Only a kill between the first send and its record is an excuse.
      const excused = ([first = 0]: number[]) => killedAt.some((at) => at > first - 100 && at < first + 1_000);
      expect(doubles.filter((times) => !excused(times))).toEqual([]);
      for (const { id, to } of promised.slice(-10)) {
        const { result } = (await services[0]!.as(LIVE_KEY).check(id, gateway.to(to)[0]!.body.code!)).body;
        expect(result).toBe('approved');
      }
    },
    60_000 + KILLS * 4_000,
  );

  /** Attempts that a worker still has, or had when it was killed. */
  async function sending(): Promise<number> {
    const pipeline = redis.client.pipeline();
    for (const key of await redis.client.keys('pl:*:v:*')) pipeline.hget(key, '1:status');
    const statuses = (await pipeline.exec()) ?? [];
    return statuses.filter(([, status]) => status === 'sending' || status === null).length;
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
