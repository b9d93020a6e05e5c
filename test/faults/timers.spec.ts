import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { freshNumber } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { inParallel, percentile } from '../support/percentile.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const TIMERS = Number(process.env.PASSLANE_TIMERS ?? 600);
/** Generous to a shared machine; `npm run test:faults` prints what it was. */
const SLACK_MS = 1_000;

describe('failover timers', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let services: Service[];
  const options = () => ({ redisUrl: redis.url, config: configuration({ gateway: httpAccount(gateway.url) }) });

  beforeEach(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    services = [await Service.start({ ...options(), env: { PASSLANE_ROLE: 'api' } })];
    services.push(await Service.start({ ...options(), env: { PASSLANE_ROLE: 'worker' } }));
  });

  afterEach(async () => {
    for (const service of services) await service.child.end('SIGKILL');
    await gateway.stop();
    await redis.stop();
  });

  /** Starts two-step verifications, waits for the first messages, and sets their second steps due as `dueIn` says. */
  async function scheduled(count: number, dueIn: (i: number) => number): Promise<Map<string, number>> {
    const ids = new Map<string, string>();
    await inParallel(count, 32, async () => {
      const to = freshNumber();
      const channels = [{ channel: 'sms', wait: 900 }, { channel: 'whatsapp' }];
      ids.set(to, (await services[0]!.as(LIVE_KEY).start(to, { channels, ttl: 3_600 })).body.id);
    });
    await until('the first messages', () => gateway.received.length === count, 60_000);
    const states = [...ids.values()].map((id) => `pl:{${id.slice(-2)}}:v:${id}`);
    await until('their records', async () => {
      const next = await Promise.all(states.map((key) => redis.client.hget(key, 'next_at')));
      return next.every((at) => at !== null);
    });
    const due = new Map<string, number>();
    const [seconds, micros] = (await redis.client.time()) as unknown as [string, string];
    const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    let i = 0;
    for (const [to, id] of ids) {
      const at = now + dueIn(i++);
      due.set(to, at);
      void moveTo(redis.client, id, at);
    }
    await redis.client.ping();
    return due;
  }

  const seconds = () => gateway.received.filter(({ body }) => body.channel === 'whatsapp');

  it('fire when they are due: none early, none lost, none twice', async () => {
    const due = await scheduled(TIMERS, (i) => 1_500 + (i * 6_000) / TIMERS);
    await until('all second messages', () => seconds().length >= TIMERS, 30_000);
    const late = seconds().map(({ at, body }) => at - due.get(body.to!)!);
    console.info(
      `timers: p50 ${percentile(late, 0.5)} ms, p99 ${percentile(late, 0.99)} ms, max ${Math.max(...late)} ms`,
    );
    expect(seconds()).toHaveLength(TIMERS);
    expect(new Set(seconds().map(({ body }) => body.to)).size).toBe(TIMERS);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(percentile(late, 0.99)).toBeLessThan(SLACK_MS);
  });

  it('fire after a worker that was killed just before has been replaced', async () => {
    const due = await scheduled(50, () => 2_500);
    await services[1]!.child.end('SIGKILL');
    await until('the due time', () => Date.now() > Math.max(...due.values()));
    expect(seconds()).toHaveLength(0);
    services[1] = await services[1]!.restart();
    const ready = Date.now();
    await until('all second messages', () => seconds().length >= 50);
    expect(Math.max(...seconds().map(({ at }) => at)) - ready).toBeLessThan(SLACK_MS + 1_000);
    expect(seconds()).toHaveLength(50);
  });

  it('fire after a Redis that was away at their time has come back', async () => {
    await scheduled(50, () => 3_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // the append-only file is written once a second
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await redis.run();
    const back = Date.now();
    await until('all second messages', () => seconds().length >= 50);
    expect(Math.max(...seconds().map(({ at }) => at)) - back).toBeLessThan(2_000 + SLACK_MS);
    expect(seconds()).toHaveLength(50);
  });
});

/** Moves one verification's next step, and its entry in the due set. */
async function moveTo(redis: Redis, id: string, at: number): Promise<void> {
  const prefix = `pl:{${id.slice(-2)}}`;
  await redis.multi().hset(`${prefix}:v:${id}`, 'next_at', at).zadd(`${prefix}:due`, at, id).exec();
}
