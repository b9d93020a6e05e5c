import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stateKey } from '../../src/store/keys.js';
import { freshNumber, wrongFor, type Answer, type Api } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import type { Child } from '../support/processes.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { configuration, httpAccount, LIVE_KEY, Service, spawnService } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

/** P6, and room for a busy machine. */
const REFUSED_WITHIN_MS = 500;
const HUNG_WITHIN_MS = 1_000 + 500;
const WELL_WITHIN_MS = 2_000;

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let api: Api;
/** Processes beside the service, ended with it whatever happens. */
let others: Child[];

const config = () => configuration({ gateway: httpAccount(gateway.url, { timeout: 5 }) });

beforeEach(async () => {
  others = [];
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  service = await Service.start({ redisUrl: redis.url, config: config() });
  api = service.as(LIVE_KEY);
});

afterEach(async () => {
  // A stopped process would sleep through a polite end.
  await redis.kill();
  for (const child of [service.child, ...others]) await child.end('SIGKILL');
  await gateway.stop();
  await redis.stop();
});

/** Calls and expects `503` as a problem, in time. */
async function expectUnavailable(withinMs: number, call: () => Promise<Answer>) {
  const from = performance.now();
  const { status, headers, body } = await call();
  expect(performance.now() - from).toBeLessThan(withinMs);
  expect(status).toBe(503);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(headers.get('retry-after')).toBe('1');
  expect(body).toMatchObject({ type: 'urn:passlane:problem:unavailable', code: 'unavailable', status: 503 });
}

async function expectAliveButNotReady(withinMs: number) {
  const from = performance.now();
  const [live, ready] = await Promise.all([api.get('/health/live'), api.get('/health/ready')]);
  expect(performance.now() - from).toBeLessThan(withinMs);
  expect([live.status, ready.status]).toEqual([200, 503]);
  expect(service.child.running).toBe(true);
}

async function expectWell() {
  await until('the service to be ready again', () => service.ready(), WELL_WITHIN_MS);
  const { id, code } = await startAndReceive(api, gateway);
  expect((await api.check(id, code)).body.result).toBe('approved');
}

it('that is well keeps its connections, however little there is to do', async () => {
  const connections = async () =>
    Number(/total_connections_received:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
  await startAndReceive(api, gateway);
  const before = await connections();
  await sleep(6_000);
  expect(await connections()).toBe(before);
});

describe('a Redis that hangs', () => {
  it('makes answers 503 within a second, and nothing more', async () => {
    const earlier = await startAndReceive(api, gateway);
    redis.signal('SIGSTOP');
    const calls = [
      () => api.start(freshNumber()),
      () => api.check(earlier.id, wrongFor(earlier.code)),
      () => api.read(earlier.id),
      () => api.get('/v1/verifications?limit=1'),
    ];
    await Promise.all(calls.map((call) => expectUnavailable(HUNG_WITHIN_MS, call)));
    await expectAliveButNotReady(HUNG_WITHIN_MS);
    // Many at once are not slower than one.
    await Promise.all(
      Array.from({ length: 50 }, () => expectUnavailable(HUNG_WITHIN_MS, () => api.start(freshNumber()))),
    );

    redis.signal('SIGCONT');
    await expectWell();
    expect((await api.check(earlier.id, earlier.code)).body.result).toBe('approved');
  });

  it('may have done what was answered 503: the start that is repeated finds it, and its code is right', async () => {
    const to = freshNumber();
    redis.signal('SIGSTOP');
    await expectUnavailable(HUNG_WITHIN_MS, () => api.start(to));
    redis.signal('SIGCONT');
    await until('the service to be ready again', () => service.ready(), WELL_WITHIN_MS);
    const again = await api.start(to);
    expect([200, 201]).toContain(again.status);
    const message = await until('the message', () => gateway.to(to)[0]);
    expect((await api.check(again.body.id, message.body.code!)).body.result).toBe('approved');
  });
});

describe('a Redis that is killed', () => {
  it('makes answers 503 at once; back with its file it knows everything', async () => {
    const earlier = await startAndReceive(api, gateway);
    await api.check(earlier.id, wrongFor(earlier.code));
    const waiting = await startAndReceive(api, gateway, { channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] });
    await dueSoon(waiting.id);
    const justStarted = freshNumber();
    expect((await api.start(justStarted)).status).toBe(201);
    await redis.kill();

    for (let i = 0; i < 3; i++) {
      await expectUnavailable(REFUSED_WITHIN_MS, () => api.start(freshNumber()));
      await expectUnavailable(REFUSED_WITHIN_MS, () => api.check(earlier.id, earlier.code));
      await expectAliveButNotReady(REFUSED_WITHIN_MS);
    }

    await redis.run();
    await expectWell();
    expect((await api.read(earlier.id)).body.checks).toEqual({ made: 1, left: 4 });
    expect((await api.check(earlier.id, earlier.code)).body.result).toBe('approved');
    await until('the step that came due meanwhile', () => gateway.to(waiting.to).length === 2);
    await until('the message of the last start', () => gateway.to(justStarted).length > 0);
    expect(gateway.to(waiting.to)[1]!.body).toMatchObject({ channel: 'whatsapp', code: waiting.code });
  });

  it('is waited for by a service that starts without it', async () => {
    await redis.kill();
    const port = await freePort();
    others.push(spawnService({ redisUrl: redis.url, config: config(), port }));
    const statusOf = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(3_000) }).then(
        ({ status }) => status,
        () => 0,
      );
    await until('the process to be alive', async () => (await statusOf('/health/live')) === 200, 45_000);
    expect(await statusOf('/health/ready')).toBe(503);
    await redis.run();
    await until('it to be ready', async () => (await statusOf('/health/ready')) === 200, WELL_WITHIN_MS);
  });

  /** The second step comes due in a moment, when nobody can look. */
  async function dueSoon(id: string) {
    await until('the first step', async () => (await api.read(id)).body.next_channel === 'whatsapp');
    const at = Date.now() + 150;
    await redis.client.hset(stateKey(id), 'next_at', at);
    await redis.client.zadd(`pl:{${id.slice(-2)}}:due`, at, id);
  }
});

describe('an answer of a provider that comes while Redis is away', () => {
  /** Starts one whose provider answers when told to. */
  async function held() {
    let release: () => void = () => undefined;
    gateway.behaviour = (received, response) => {
      release = () => {
        behaviours.accepts(received, response);
      };
    };
    const to = freshNumber();
    const { id } = (await api.start(to)).body;
    await until('the provider to have it', () => gateway.to(to).length === 1);
    gateway.behaviour = behaviours.accepts;
    return { to, id, release };
  }

  async function expectRecordedOnce({ to, id }: { to: string; id: string }) {
    const view = await until('the record', async () => {
      const { status, body } = await api.read(id).catch(() => ({ status: 0, body: undefined }));
      return status === 200 && body?.attempts[0]?.status === 'sent' && body;
    });
    expect(view).toMatchObject({ delivery: 'sent', attempts: [{ provider_message_id: `m-${id}-1` }] });
    // Whoever looks again finds nothing to do.
    const due = `pl:{${id.slice(-2)}}:due`;
    await redis.client.zadd(due, Date.now() - 1, id);
    await until(
      'the clock to have looked',
      async () => Number(await redis.client.zscore(due, id)) > Date.now() + 5_000,
    );
    expect(gateway.to(to)).toHaveLength(1);
  }

  it('is recorded once it has been killed and is back', async () => {
    const one = await held();
    await redis.kill();
    one.release();
    await sleep(300);
    await redis.run();
    await expectRecordedOnce(one);
  });

  it('is recorded once it has hung and goes on', async () => {
    const one = await held();
    redis.signal('SIGSTOP');
    one.release();
    await sleep(800);
    redis.signal('SIGCONT');
    await expectRecordedOnce(one);
  });

  it('is recorded, and not sent again, even if the lease ran out meanwhile', async () => {
    // A second worker, which would take it over.
    const other = await Service.start({ redisUrl: redis.url, config: config(), env: { PASSLANE_ROLE: 'worker' } });
    others.push(other.child);
    for (const way of ['killed', 'hung', 'killed', 'hung', 'killed']) {
      const one = await held();
      const soon = Date.now() + 200;
      await redis.client.hset(stateKey(one.id), 'claim_until', soon);
      await redis.client.zadd(`pl:{${one.id.slice(-2)}}:due`, soon, one.id);
      if (way === 'killed') await redis.kill();
      else redis.signal('SIGSTOP');
      one.release();
      await sleep(400);
      if (way === 'killed') await redis.run();
      else redis.signal('SIGCONT');
      await expectRecordedOnce(one);
    }
  });
});
