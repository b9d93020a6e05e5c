import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newVerificationId, stateKey } from '../../src/store/keys.js';
import { freshNumber, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { Monitor, type Call } from '../support/monitor.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, tally } from '../support/started.js';
import { until } from '../support/wait.js';

const QUEUES = '{pl:q}:deliver-';
const QUEUE = `${QUEUES}gateway`;
/** What the guard remembers of blocks: the key that names its scripts' node. */
const GUARD = 'pl:{g:shop}:b';
const ROUNDS = 25;

/** A profile with budgets, references and metadata in use: nothing of it may cost another round trip. */
const limits = { sends_per_number: '1000/1h', failures_per_number: '1000/1h' };

function configured(gateway: Gateway) {
  const config = configuration({ gateway: httpAccount(gateway.url) });
  const { shop } = config.applications as Record<string, Record<string, unknown>>;
  shop!.limits = limits;
  return config;
}

const isQueues = ({ keys }: Call) => keys.some((key) => key.startsWith(QUEUES));
/** The watch over the queues' age asks now and then for the oldest job, and what time it is, whatever is done. */
const isWatch = (call: Call) => ['hgetall', 'time'].includes(call.name) || (isQueues(call) && call.keys.length === 1);

describe('a service that only answers', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;
  let monitor: Monitor;
  let api: Api;

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    service = await Service.start({ redisUrl: redis.url, config: configured(gateway), env: { PASSLANE_ROLE: 'api' } });
    api = service.as(LIVE_KEY);
    monitor = await Monitor.start(redis);
    // Redis gets each script's source once; from then on it knows them.
    const warm = freshNumber();
    const { id } = (await api.start(warm)).body;
    await api.start(warm);
    await api.check(id, '000000');
    await api.cancel(id);
  });

  afterAll(async () => {
    monitor.stop();
    await service.stop();
    await gateway.stop();
    await redis.stop();
  });

  const sentDuring = async (act: () => Promise<void>) => (await monitor.during(act)).filter((call) => !isWatch(call));
  const start = async () => (await api.start(freshNumber(), { reference: 'order', metadata: { a: 'b' } })).body.id;

  it('calls one script for each check, and sends nothing else', async () => {
    const ids = [newVerificationId('00')];
    while (ids.length < ROUNDS) ids.push(await start());
    const calls = await sentDuring(async () => {
      for (const id of ids) await api.check(id, '123456');
      await Promise.all(ids.map((id) => api.check(id, '654321')));
    });
    const expected = [...ids, ...ids].map((id) => ({ name: 'evalsha', keys: [stateKey(id)] }));
    const byKey = (a: Call, b: Call) => (a.keys[0]! < b.keys[0]! ? -1 : 1);
    expect([...calls].sort(byKey)).toEqual(expected.sort(byKey));
  });

  it('asks the guard for each start, calls one script for it, and one to add its job', async () => {
    const ids: string[] = [];
    const calls = await sentDuring(async () => {
      for (let i = 0; i < ROUNDS; i++) ids.push(await start());
      // The job is added after the answer.
      await until('the jobs', async () => (await redis.client.llen(`${QUEUE}:wait`)) >= ROUNDS);
    });
    const scripts = calls.filter(({ name }) => name === 'evalsha' || name === 'eval');
    expect(tally(scripts.map((call) => (isQueues(call) ? 'queue' : (call.keys[0] ?? ''))))).toEqual({
      queue: ROUNDS,
      [GUARD]: ROUNDS,
      ...Object.fromEntries(ids.map((id) => [stateKey(id), 1])),
    });
    // The rest is this test's own question.
    expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(['evalsha', 'llen']));
  });

  it('calls four scripts to continue one: ask the guard, find it, read it, continue it', async () => {
    const to = freshNumber();
    const { id } = (await api.start(to)).body;
    const calls = await sentDuring(async () => {
      expect((await api.start(to)).status).toBe(200);
    });
    const ours = calls.filter((call) => !isQueues(call));
    expect(ours.map(({ name }) => name)).toEqual(['evalsha', 'evalsha', 'evalsha', 'evalsha']);
    expect(ours[0]?.keys).toEqual([GUARD]);
    expect(ours.slice(2).map(({ keys }) => keys[0])).toEqual([stateKey(id), stateKey(id)]);
  });

  it('keeps every key of one call on one node', async () => {
    const tag = (key: string) => /\{(.*?)\}/.exec(key)?.[1];
    const calls = await sentDuring(async () => {
      const id = await start();
      await api.check(id, '123456');
      await api.read(id);
      await api.cancel(id);
    });
    const withKeys = calls.filter(({ keys }) => keys.length > 0);
    expect(withKeys.length).toBeGreaterThanOrEqual(5);
    for (const { keys } of withKeys) expect(new Set(keys.map(tag)).size).toBe(1);
  });

  it('sends the source of a script again only to a Redis that has lost it', async () => {
    const id = await start();
    await redis.client.script('FLUSH');
    const calls = await sentDuring(async () => {
      for (let i = 0; i < 3; i++) expect((await api.check(id, '123456')).status).toBe(200);
    });
    // The start's job may be added only now, by a script of the queue's.
    const ours = calls.filter((call) => !isQueues(call));
    expect(ours.map(({ name }) => name)).toEqual(['evalsha', 'eval', 'evalsha', 'evalsha']);
  });
});

describe('what is written', () => {
  it('ends by itself: every key of ours has a TTL, and the queue keeps no job', async () => {
    const redis = await TestRedis.start();
    const gateway = await Gateway.start();
    const service = await Service.start({ redisUrl: redis.url, config: configured(gateway) });
    try {
      const api = service.as(LIVE_KEY);
      const body = { reference: 'order-7', metadata: { a: 'b' } };
      const [approved, locked, canceled, pending] = [
        await startAndReceive(api, gateway, body),
        await startAndReceive(api, gateway, { max_checks: 1 }),
        await startAndReceive(api, gateway),
        await startAndReceive(api, gateway, { channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] }),
      ];
      await api.check(approved.id, approved.code);
      await api.check(locked.id, '0000');
      await api.cancel(canceled.id);
      await api.start(pending.to, { code: '246810' });
      await until('the second message', () => gateway.to(pending.to).length === 2);
      await until('the queue to be empty', async () => (await redis.client.llen(`${QUEUE}:active`)) === 0);

      const written = await redis.dump();
      const ours = written.filter(({ key }) => !key.startsWith(QUEUES));
      const kindOf = (key: string) => key.replace(/^pl:\{..\}:(\w+).*$/, '$1').replace(/^pl:\{g:.*$/, 'guard');
      const events = ['ev', 'pl:{ev:shop}:s', 'pl:{ev:shop}:pos'];
      const kinds = new Set(ours.map(({ key }) => kindOf(key)));
      expect(kinds).toEqual(new Set([...events, 'guard', 'v', 'f', 'p', 'due', 'bs', 'bf', 'n', 't', 'r']));
      const day = 24 * 3_600_000;
      // Events can be asked for during a week, and the guard learns from a month; nothing else is needed for longer than a
      // verification is kept.
      const days = (kind: string) => (kind === 'guard' ? 30 : events.includes(kind) ? 9 : 2);
      const most = (key: string) => days(kindOf(key)) * day;
      expect(ours.filter(({ key, ttl }) => ttl <= 0 || ttl > most(key))).toEqual([]);

      const queues = written.filter(({ key }) => key.startsWith(QUEUES)).map(({ key }) => key.split(':').at(-1)!);
      expect(queues.filter((name) => !['meta', 'id', 'events', 'marker', 'stalled-check'].includes(name))).toEqual([]);
    } finally {
      await service.stop();
      await gateway.stop();
      await redis.stop();
    }
  });
});
