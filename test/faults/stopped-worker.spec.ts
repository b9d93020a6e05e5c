import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dueKey, stateKey } from '../../src/store/keys.js';
import { freshNumber, type Verification } from '../support/api.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, tally, type Started } from '../support/started.js';
import { until } from '../support/wait.js';

/** Of each kind of answer that comes too late. */
const EACH = 4;
/** Takeovers wait for leases, for BullMQ's stalled check and for a pump that a stopped worker may have silenced. */
const TAKEN_OVER_WITHIN_MS = 30_000;

let redis: TestRedis;
let gateway: Gateway;
let sibling: Gateway;
let front: Service;
let workers: Service[];

beforeEach(async () => {
  redis = await TestRedis.start();
  [gateway, sibling] = [await Gateway.start(), await Gateway.start()];
  workers = [];
  front = await run('api');
});

afterEach(async () => {
  // A stopped process would sleep through a polite end.
  for (const service of [front, ...workers]) await service.child.end('SIGKILL');
  for (const one of [gateway, sibling]) await one.stop();
  await redis.stop();
});

/** The vendor's time-out is long: a worker that wakes up finds the answer, and not that it has waited too long. */
function run(role: 'api' | 'worker'): Promise<Service> {
  const accounts = { gateway: httpAccount(gateway.url, { timeout: 60 }), sibling: httpAccount(sibling.url) };
  return Service.start({ redisUrl: redis.url, config: configuration(accounts), env: { PASSLANE_ROLE: role } });
}

async function worker(): Promise<Service> {
  const service = await run('worker');
  workers.push(service);
  return service;
}

const read = async (id: string): Promise<Verification> => (await front.as(LIVE_KEY).read(id)).body;

/** Moves what the clock looks at next, and the field that says so. */
async function setDue(id: string, field: 'claim_until' | 'next_at', at: number): Promise<void> {
  await redis.client
    .multi()
    .hset(stateKey(id), field, at)
    .zadd(dueKey(id.slice(-2)), at, id)
    .exec();
}

async function startMany(count: number): Promise<{ id: string; to: string }[]> {
  const started: { id: string; to: string }[] = [];
  for (let i = 0; i < count; i++) {
    const to = freshNumber();
    const { status, body } = await front.as(LIVE_KEY).start(to, { channels: [{ channel: 'sms', wait: 900 }] });
    expect(status).toBe(201);
    started.push({ id: body.id, to });
  }
  return started;
}

describe('a worker that is stopped (SIGSTOP) while it has messages at the provider', () => {
  it('is replaced; when it goes on, what it learned is recorded and not applied', async () => {
    const paused = await worker();
    const held = new Map<string, (answer: typeof gateway.behaviour) => void>();
    gateway.behaviour = (received, response) => {
      held.set(received.body.to!, (answer) => {
        answer(received, response);
      });
    };
    const all = await startMany(3 * EACH);
    await until('the provider to have all', () => held.size === all.length, TAKEN_OVER_WITHIN_MS);
    const [accepted, refused, maybe] = [0, 1, 2].map((kind) => all.slice(kind * EACH, (kind + 1) * EACH));
    const isMaybe = (to: string | undefined) => maybe!.some((one) => one.to === to);
    paused.child.signal('SIGSTOP');

    // The second try of the last kind fails, so nobody knows whether that message has left.
    gateway.behaviour = (received, response) => {
      (isMaybe(received.body.to) ? behaviours.answers(500) : behaviours.accepts)(received, response);
    };
    await worker();
    for (const { id } of all) await setDue(id, 'claim_until', Date.now() - 1);
    const before = new Map<string, Verification>();
    for (const { id, to } of all) {
      const attempts = isMaybe(to) ? 2 : 1;
      const view = await until(
        'the other worker to have recorded it',
        async () => {
          const now = await read(id);
          return now.attempts.length === attempts && now.attempts.at(-1)?.status === 'sent' && now;
        },
        TAKEN_OVER_WITHIN_MS,
      );
      before.set(id, view);
    }

    const late = { id: 'late' };
    for (const { to } of refused!) held.get(to)!(behaviours.answers(500));
    for (const { to } of [...accepted!, ...maybe!]) held.get(to)!(behaviours.answers(200, JSON.stringify(late)));
    paused.child.signal('SIGCONT');
    await until('the stopped worker to have its answers', () => all.every(({ id }) => learned(paused, id)));
    await until('their record', async () => {
      const views = await Promise.all(maybe!.map(({ id }) => read(id)));
      return views.every(({ attempts }) => attempts[0]?.provider_message_id === 'late');
    });
    // Whoever looks again finds nothing to do.
    for (const { id } of all) await redis.client.zadd(dueKey(id.slice(-2)), Date.now() - 1, id);
    await until('the clock to have looked', async () => (await duePast(all)) === 0);

    for (const { id, to } of all) {
      const was = before.get(id)!;
      const [first, ...others] = was.attempts;
      // Only where nothing better is known.
      const learnt = isMaybe(to) ? { ...first, provider_message_id: 'late' } : first;
      expect(await read(id)).toEqual({ ...was, attempts: [learnt, ...others] });
      expect(first).toMatchObject(
        isMaybe(to) ? { status: 'maybe_sent', error: { code: 'http_500' } } : { status: 'sent', error: null },
      );
    }
    const refs = (received: Received[]) => tally(received.map(({ body }) => body.ref!));
    expect(refs(gateway.received)).toEqual(Object.fromEntries(all.map(({ id }) => [`${id}-1`, 2])));
    expect(refs(sibling.received)).toEqual(Object.fromEntries(maybe!.map(({ id }) => [`${id}-2`, 1])));
    for (const { id, to } of all) {
      const { result } = (await front.as(LIVE_KEY).check(id, gateway.to(to)[0]!.body.code!)).body;
      expect(result).toBe('approved');
    }
  });
});

/** It has told its log what became of an attempt, which it does before it records that. */
const learned = ({ log }: Service, id: string): boolean =>
  log.split('\n').some((line) => line.includes(id) && line.includes('"attempt":1'));

async function duePast(all: readonly { id: string }[]): Promise<number> {
  const due = await Promise.all(all.map(({ id }) => redis.client.zscore(dueKey(id.slice(-2)), id)));
  return due.filter((at) => Number(at) < Date.now()).length;
}

describe('a worker that is stopped before the due time', () => {
  it('is not waited for: the other one sends what is due and what is new, each once', async () => {
    const [paused] = [await worker(), await worker()];
    const channels = [{ channel: 'sms', wait: 900 }, { channel: 'whatsapp' }];
    const waiting: Started[] = [];
    for (let i = 0; i < 10; i++) waiting.push(await startAndReceive(front.as(LIVE_KEY), gateway, { channels }));
    for (const { id } of waiting) {
      await until('its second step to be scheduled', async () => (await read(id)).next_channel === 'whatsapp');
    }
    paused.child.signal('SIGSTOP');
    const due = Date.now() + 300;
    for (const { id } of waiting) await setDue(id, 'next_at', due);
    const fresh = await startMany(10);
    const all = [...waiting, ...fresh];
    const messages = (to: string) => gateway.to(to).length;
    await until(
      'every message',
      () => waiting.every(({ to }) => messages(to) === 2) && fresh.every(({ to }) => messages(to) === 1),
      TAKEN_OVER_WITHIN_MS,
    );
    await until('their records', async () => {
      const views = await Promise.all(all.map(({ id }) => read(id)));
      return views.every(({ attempts }) => attempts.every(({ status }) => status === 'sent'));
    });

    paused.child.signal('SIGCONT');
    // It works again, alone.
    await workers[1]!.child.end('SIGKILL');
    const after = freshNumber();
    await front.as(LIVE_KEY).start(after);
    await until('a message by the one that was stopped', () => messages(after) === 1, TAKEN_OVER_WITHIN_MS);
    expect(Object.values(tally(gateway.received.map(({ body }) => body.ref!))).filter((sends) => sends > 1)).toEqual(
      [],
    );
    expect(gateway.received).toHaveLength(2 * waiting.length + fresh.length + 1);
    expect(Math.min(...waiting.map(({ to }) => gateway.to(to)[1]!.at))).toBeGreaterThanOrEqual(due);
  });
});
