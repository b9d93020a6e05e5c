import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { behaviours, Gateway, type Behaviour } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { Service } from '../support/service.js';
import { until } from '../support/wait.js';
import { idsAt, publish, signatureOf, webhookConfiguration, webhooks } from '../support/webhooks.js';

let redis: TestRedis;
let receiver: Gateway;
let service: Service;
let paths = 0;
/** What the receiver does at one path; else it takes everything. */
const at = new Map<string, Behaviour>();

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
  receiver.behaviour = (received, response) => {
    (at.get(received.url) ?? behaviours.answers(204))(received, response);
  };
  service = await Service.start({ redisUrl: redis.url, config: webhookConfiguration() });
});

/** Each test leaves no webhook behind, so that it does not see the next one's events. */
afterEach(async () => {
  const { list, call } = webhooks(service);
  for (const { id } of await list('?limit=100')) await call('DELETE', `/${id}`);
});

afterAll(async () => {
  await service.stop();
  await receiver.stop();
  await redis.stop();
});

const freshPath = (): string => `/hook-${String(++paths)}`;
const got = (path: string): string[] => idsAt(receiver.received, path);
const arrival = (path: string, count = 1) => until(`events at ${path}`, () => got(path).length >= count, 30_000);

describe('an event', () => {
  it('arrives byte for byte and signed, so that the official verifier accepts it', async () => {
    const path = freshPath();
    const { id, secret } = await webhooks(service).make(receiver.url + path);
    const event = await publish(redis.client, { type: 'verification.approved' });
    await arrival(path);
    const [received] = receiver.received.filter(({ url }) => url === path);
    expect(received).toMatchObject({ method: 'POST', text: event.body });
    expect(received!.headers['content-type']).toBe('application/json');
    expect(got(path)).toEqual([event.id]);
    const verifier = new Verifier(secret);
    expect(verifier.verify(received!.text, signatureOf(received!))).toMatchObject({ id: event.id });
    expect(() => verifier.verify(received!.text.trim(), signatureOf(received!))).toThrow();

    const log = await until('the log', async () => {
      const lines = await webhooks(service).list(`/${id}/deliveries`);
      return lines.length > 0 && lines;
    });
    expect(log).toMatchObject([
      {
        event_id: event.id,
        type: 'verification.approved',
        attempt: 1,
        outcome: 'delivered',
        status: 204,
        answer: null,
      },
    ]);
  });

  it('goes to the webhooks that want it, or to the one that it is for (H4, H6)', async () => {
    const [all, some, family, one] = [freshPath(), freshPath(), freshPath(), freshPath()];
    const { make } = webhooks(service);
    await make(receiver.url + all);
    await make(receiver.url + some, { events: ['verification.approved', 'verification.locked'] });
    await make(receiver.url + family, { events: ['webhook.*'] });
    const { id } = await make(receiver.url + one);
    const approved = await publish(redis.client, { type: 'verification.approved' });
    const sent = await publish(redis.client, { type: 'verification.sent' });
    const only = await publish(redis.client, { type: 'verification.approved', only: id });
    const last = await publish(redis.client, { type: 'verification.locked' });
    await arrival(all, 3);
    await arrival(some, 2);
    await arrival(one, 4);
    expect(new Set(got(all))).toEqual(new Set([approved.id, sent.id, last.id]));
    expect(new Set(got(some))).toEqual(new Set([approved.id, last.id]));
    expect(new Set(got(one))).toEqual(new Set([approved.id, sent.id, only.id, last.id]));
    expect(got(family)).toEqual([]);
  });

  it('is not sent to a webhook that was made later, and waits for one that is inactive (H2)', async () => {
    const [path, control] = [freshPath(), freshPath()];
    const { make, call } = webhooks(service);
    const early = await publish(redis.client);
    const { id } = await make(receiver.url + path);
    await call('PATCH', `/${id}`, { active: false });
    await make(receiver.url + control);
    // Whoever sends to the second one has seen what was done to the first.
    await publish(redis.client);
    await arrival(control);
    const event = await publish(redis.client);
    await arrival(control, 2);
    expect(got(path)).not.toContain(event.id);
    await call('PATCH', `/${id}`, { active: true });
    await until('the event', () => got(path).includes(event.id));
    expect(got(path)).not.toContain(early.id);
  });

  it('is signed by the old and the new secret after a rotation', async () => {
    const path = freshPath();
    const { make, call } = webhooks(service);
    const old = await make(receiver.url + path);
    const rotated = (await call('POST', `/${old.id}/rotate`)).body;
    expect(rotated.secret).not.toBe(old.secret);
    const isBoth = () =>
      receiver.received.find(
        ({ url, headers }) => url === path && String(headers['webhook-signature']).split(' ').length === 2,
      );
    const received = await until('an event with two signatures', async () => {
      await publish(redis.client);
      return isBoth();
    });
    for (const { secret } of [old, rotated]) {
      expect(new Verifier(secret).verify(received.text, signatureOf(received))).toBeTruthy();
    }
  });

  it('can be signed with Ed25519', async () => {
    const path = freshPath();
    const made = await webhooks(service).make(receiver.url + path, { signature: 'ed25519' });
    expect(made.secret).toBeNull();
    expect(made.public_key).toMatch(/^whpk_/);
    await publish(redis.client);
    await arrival(path);
    const [received] = receiver.received.filter(({ url }) => url === path);
    expect(received!.headers['webhook-signature']).toMatch(/^v1a,/);
  });

  it('that failed is tried again, and what the receiver said is in the log; redirects lead nowhere (H7)', async () => {
    const path = freshPath();
    const { make, list } = webhooks(service);
    const answers = [
      behaviours.answers(307, '', { location: `${receiver.url}/inside` }),
      behaviours.answers(500, `wrong ${'é'.repeat(2_000)}`),
    ];
    at.set(path, (received, response) => {
      (answers.shift() ?? behaviours.answers(200))(received, response);
    });
    const { id } = await make(receiver.url + path);
    const event = await publish(redis.client);
    for (const attempt of [2, 3]) {
      await until('the retry to be noted', async () => (await list(`/${id}/deliveries`)).length >= attempt - 1);
      await moveRetry(id, event.entry);
      await arrival(path, attempt);
    }
    const log = await until('three lines', async () => {
      const lines = await list(`/${id}/deliveries`);
      return lines.length === 3 && lines;
    });
    expect(log.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['delivered', 200],
      ['failed', 500],
      ['failed', 307],
    ]);
    expect(log[1]!.answer).toMatch(/^wrong é+$/);
    expect(Buffer.byteLength(log[1]!.answer!)).toBeLessThanOrEqual(1_024);
    expect(new Set(got(path))).toEqual(new Set([event.id]));
    expect(got('/inside')).toEqual([]);
  });
});

describe('a replay', () => {
  it('sends again what was delivered: one event, or a range of them', async () => {
    const path = freshPath();
    const { make, call } = webhooks(service);
    const { id } = await make(receiver.url + path, { events: ['verification.sent'] });
    const [first, second, third] = [
      await publish(redis.client),
      await publish(redis.client),
      await publish(redis.client),
    ];
    await publish(redis.client, { type: 'verification.approved' });
    await arrival(path, 3);
    await until('the cursor', async () => {
      const cursor = await redis.client.hget('pl:{ev:shop}:wh', `${id}:cursor`);
      return cursor !== null && Number(cursor.split('-')[0]) >= Number(third.entry.split('-')[0]);
    });
    const one = await call('POST', `/${id}/replay`, { event_id: second.id });
    expect(one).toMatchObject({ status: 202, body: { queued: 1, complete: true } });
    await arrival(path, 4);
    expect(got(path)[3]).toBe(second.id);

    await until('the replay to be settled', async () => (await redis.client.exists(`pl:{ev:shop}:wr:${id}`)) === 0);
    const from = new Date(Number(first.entry.split('-')[0])).toISOString();
    const range = await call('POST', `/${id}/replay`, { from, until: new Date().toISOString() });
    expect(range.body).toMatchObject({ queued: 3, complete: true, next_from: null });
    await arrival(path, 7);
    expect(got(path).slice(4).sort()).toEqual([first.id, second.id, third.id].sort());
  });

  it('sends all dead letters, which are listed until then', async () => {
    const path = freshPath();
    const { make, call, list } = webhooks(service);
    const { id } = await make(receiver.url + path, { events: ['webhook.paused'] });
    const dead = [await publish(redis.client), await publish(redis.client)];
    for (const [i, { entry }] of dead.entries()) {
      await redis.client.zadd(`pl:{ev:shop}:wd:${id}`, Date.now() + i, entry);
      await redis.client.hset(`pl:{ev:shop}:wi:${id}`, entry, JSON.stringify({ s: `v${i}`, n: 12, f: 1, l: 503 }));
    }
    const newestFirst = dead.map((letter) => letter.id).reverse();
    const listed = await list(`/${id}/dead-letters`);
    expect(listed.map(({ event_id }) => event_id)).toEqual(newestFirst);
    expect(listed).toMatchObject([{ type: 'verification.sent', attempts: 12, last: '503' }, {}]);
    const page = (await call('GET', `/${id}/dead-letters?limit=1`)).body;
    const next = await list(`/${id}/dead-letters?cursor=${page.next_cursor}`);
    expect(next.map(({ event_id }) => event_id)).toEqual(newestFirst.slice(1));

    expect((await call('POST', `/${id}/replay`, { all: true })).body).toMatchObject({ queued: 2, complete: true });
    expect(await list(`/${id}/dead-letters`)).toEqual([]);
    await arrival(path, 2);
    expect(got(path).sort()).toEqual([...newestFirst].sort());
  });
});

/** A retry becomes due now; the pump sees it by the version. */
async function moveRetry(id: string, entry: string): Promise<void> {
  await redis.client.zadd(`pl:{ev:shop}:wr:${id}`, 'XX', Date.now(), entry);
  await redis.client.hincrby('pl:{ev:shop}:wh', 'version', 1);
}

describe('a challenge', () => {
  const echo: Behaviour = ({ body }, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ challenge: body.challenge }));
  };

  it('that is not echoed keeps a webhook from getting events until it is (H3)', async () => {
    const path = freshPath();
    const { make, call } = webhooks(service);
    const { id, status } = await make(receiver.url + path, { challenge: true });
    expect(status).toBe('pending');
    expect(receiver.received.filter(({ url }) => url === path)).toMatchObject([
      { body: { type: 'webhook.challenge' } },
    ]);
    for (const active of [true, false]) {
      expect((await call('PATCH', `/${id}`, { active })).problem.code).toBe('not_verified');
    }
    const refused = await call('POST', `/${id}/verify`);
    expect(refused).toMatchObject({ status: 409, problem: { code: 'not_verified' } });
    expect(got(path)).toHaveLength(2);

    at.set(path, echo);
    const event = await publish(redis.client);
    expect((await call('POST', `/${id}/verify`)).body.status).toBe('active');
    at.delete(path);
    await until('the event', () => got(path).includes(event.id));
  });

  it('is asked again of a new address; an echo as text is one', async () => {
    const [first, second] = [freshPath(), freshPath()];
    at.set(first, echo);
    at.set(second, ({ body }, response) => response.end(body.challenge));
    const { make, call } = webhooks(service);
    const { id, status } = await make(receiver.url + first, { challenge: true });
    expect(status).toBe('active');
    expect((await call('PATCH', `/${id}`, { url: receiver.url + second })).body.status).toBe('active');
    const nowhere = await call('PATCH', `/${id}`, { url: `${receiver.url}/${randomUUID()}` });
    expect(nowhere.body.status).toBe('pending');
  });

  it('is asked of a new address only once that is to get something', async () => {
    const [first, second, third] = [freshPath(), freshPath(), freshPath()];
    for (const path of [first, second, third]) at.set(path, echo);
    const { make, call } = webhooks(service);
    const { id } = await make(receiver.url + first, { challenge: true });
    const change = async (body: object) => (await call('PATCH', `/${id}`, body)).body.status;
    expect(await change({ url: receiver.url + second, active: false })).toBe('pending');
    expect((await call('PATCH', `/${id}`, { active: true })).problem.code).toBe('not_verified');
    expect(got(second)).toEqual([]);
    expect(await change({ url: receiver.url + second, active: true })).toBe('active');
    expect(got(second)).toHaveLength(1);

    expect(await change({ active: false })).toBe('inactive');
    expect(await change({ url: receiver.url + third })).toBe('pending');
    expect(got(third)).toEqual([]);
    expect((await call('POST', `/${id}/verify`)).body.status).toBe('active');
  });
});
