import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, wrongFor, type Answer, type Api } from '../support/api.js';
import { eventsOf } from '../support/events.js';
import { failoverConfiguration } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

const START = '/v1/verifications';
const SMS = [{ channel: 'sms' }];

let redis: TestRedis;
let gateway: Gateway;
let services: Service[];
let api: Api;
let keys = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const limits = { sends_per_number: '20/1h' };
  const config = failoverConfiguration({ gateway: httpAccount(gateway.url) }, {}, limits);
  services = [];
  for (let i = 0; i < 2; i++) services.push(await Service.start({ redisUrl: redis.url, config }));
  api = services[0]!.as(LIVE_KEY);
});

afterAll(async () => {
  for (const service of services) await service.stop();
  await gateway.stop();
  await redis.stop();
});

const freshKey = (): string => `key-${++keys}`;
const post = (path: string, body: unknown, key: string, by = api): Promise<Answer> =>
  by.request('POST', path, body, { 'idempotency-key': key });

/** As a careful client does it: asks again while the first call is running. */
async function answered(path: string, body: unknown, key: string, by: Api): Promise<Answer> {
  for (;;) {
    const answer = await post(path, body, key, by);
    if (answer.body.code !== 'idempotency_in_progress') return answer;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
    await sleep(20);
  }
}

const expectSame = (again: Answer, first: Answer) => {
  expect([again.status, again.text]).toEqual([first.status, first.text]);
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
};

const expectReused = ({ status, body }: Answer) => {
  expect([status, body.code, body.errors?.[0]?.field]).toEqual([422, 'idempotency_key_reused', 'idempotency-key']);
};

describe('a start with an Idempotency-Key', () => {
  it('is carried out once of 100 at a time over two processes, and answered 100 times the same', async () => {
    const to = freshNumber();
    const key = freshKey();
    const body = { to, channels: SMS, reference: 'order-7' };
    const calls = Array.from({ length: 100 }, (_, i) => answered(START, body, key, services[i % 2]!.as(LIVE_KEY)));
    const answers = await Promise.all(calls);
    for (const answer of answers) expectSame(answer, answers[0]!);
    expect(answers[0]).toMatchObject({ status: 201, body: { to, reference: 'order-7' } });
    const { id } = answers[0]!.body;
    await until('its message to be recorded', async () => (await api.read(id)).body.attempts[0]?.status === 'sent');
    expect((await api.read(id)).body.sends.made).toBe(1);
    expect(gateway.to(to)).toHaveLength(1);
    await until('its events', async () => (await eventsOf(api, id)).length === 2);
  });

  it('is refused with another body: also with another number, which lives elsewhere in Redis', async () => {
    const key = freshKey();
    const body = { to: freshNumber(), channels: SMS };
    const first = await post(START, body, key);
    expect(first.status).toBe(201);
    for (let i = 0; i < 5; i++) expectReused(await post(START, { ...body, to: freshNumber() }, key));
    expectReused(await post(START, { ...body, ttl: 60 }, key, services[1]!.as(LIVE_KEY)));
    expectSame(await post(START, { channels: SMS, to: body.to }, key), first);
  });

  it('is its own where the application, the address or the reader is another', async () => {
    const key = freshKey();
    const body = { to: freshNumber(), channels: SMS };
    const { id } = (await post(START, body, key)).body;
    expect((await post(START, body, key, services[0]!.as(OTHER_KEY))).body.id).not.toBe(id);
    expect((await post(`${START}/${id}/check`, { code: '000000' }, key)).body.result).toBe('incorrect');
    const masked = await post(START, body, key, services[0]!.as(READ_KEY));
    expect(masked.body.to).toMatch(/\*/);
  });

  it('may be corrected when it was refused, and repeated when it was limited', async () => {
    const key = freshKey();
    const to = freshNumber();
    expect((await post(START, { to, profile: 'unknown' }, key)).status).toBe(422);
    const body = { to, channels: SMS };
    expect((await post(START, body, key)).status).toBe(201);
    for (let i = 1; i < 20; i++) await post(START, body, freshKey());
    const late = freshKey();
    for (let i = 0; i < 2; i++) expect((await post(START, body, late)).body.code).toBe('rate_limited');
    expect((await post(START, body, key)).status).toBe(201);
  });

  it('gives its answer again when the verification has moved on', async () => {
    const key = freshKey();
    const body = { to: freshNumber(), channels: SMS };
    const first = await post(START, body, key);
    await api.cancel(first.body.id);
    expectSame(await post(START, body, key), first);
  });
});

describe('what follows a start', () => {
  it('a lost answer to a check is fetched with the same key, and nobody else is approved', async () => {
    const { id, code } = await startAndReceive(api, gateway);
    const key = freshKey();
    const path = `${START}/${id}/check`;
    const first = await post(path, { code }, key);
    expect(first.body).toMatchObject({ result: 'approved', valid: true });
    expectSame(await post(path, { code }, key, services[1]!.as(LIVE_KEY)), first);
    expectReused(await post(path, { code: wrongFor(code) }, key));
    expect((await post(path, { code }, freshKey())).body.result).toBe('already_approved');
    expect((await api.check(id, code)).body.result).toBe('already_approved');
  });

  it('a wrong code is counted once for each key', async () => {
    const { id, code } = await startAndReceive(api, gateway);
    const path = `${START}/${id}/check`;
    const key = freshKey();
    for (let i = 0; i < 7; i++) {
      expect((await post(path, { code: wrongFor(code) }, key)).body).toMatchObject({ checks: { made: 1, left: 4 } });
    }
    expect((await api.check(id, code)).body.result).toBe('approved');
  });

  it('a cancel and a next are answered the same, and happen once', async () => {
    const { id, to } = await startAndReceive(api, gateway, { channels: [...SMS, { channel: 'whatsapp' }] });
    await until('the record', async () => (await api.read(id)).body.attempts[0]?.status === 'sent');
    const key = freshKey();
    const first = await post(`${START}/${id}/next`, undefined, key);
    expect(first.status).toBe(200);
    await until('the second message', () => gateway.to(to)[1]);
    for (let i = 0; i < 3; i++) expectSame(await post(`${START}/${id}/next`, undefined, key), first);
    expect((await api.read(id)).body.sends.made).toBe(2);

    const canceled = await post(`${START}/${id}/cancel`, undefined, key);
    expect(canceled.body.status).toBe('canceled');
    expectSame(await post(`${START}/${id}/cancel`, undefined, key), canceled);
    expect((await post(`${START}/${id}/cancel`, undefined, freshKey())).status).toBe(409);
  });
});

describe('every other POST', () => {
  it('takes the key too', async () => {
    const key = freshKey();
    const body = { name: 'made-once', channels: SMS };
    const first = await post('/v1/profiles', body, key);
    expect(first.status).toBe(201);
    expectSame(await post('/v1/profiles', body, key, services[1]!.as(LIVE_KEY)), first);
    expectReused(await post('/v1/profiles', { ...body, name: 'made-twice' }, key));
    expect((await post('/v1/profiles', body, freshKey())).status).toBe(422);
  });

  it('says so in its description', async () => {
    const response = await fetch(`${services[0]!.url}/openapi.json`);
    const { paths } = (await response.json()) as {
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
    };
    const taking = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { parameters }]) => parameters?.some(({ name }) => name === 'Idempotency-Key'))
        .map(([method]) => `${method} ${path}`),
    );
    expect(taking).toEqual(expect.arrayContaining([`post ${START}`, `post ${START}/{id}/check`, 'post /v1/profiles']));
    expect(taking.filter((one) => !one.startsWith('post'))).toEqual([]);
  });

  it.each(['', 'x'.repeat(256), 'schlüssel'])('refuses the key %j', async (key) => {
    const { status, body } = await post(START, { to: freshNumber(), channels: SMS }, key);
    expect([status, body.errors?.[0]?.field]).toEqual([422, 'idempotency-key']);
  });
});

it('keeps answers sealed, for a day', async () => {
  const to = freshNumber();
  const key = 'a-key-that-tells-something';
  await post(START, { to, channels: SMS, metadata: { a: 'something-of-theirs' } }, key);
  const entries = (await redis.dump()).filter(({ key: name }) => name.startsWith('pl:{i:') || name.includes('}:i:'));
  expect(entries.length).toBeGreaterThanOrEqual(2);
  const all = entries.map(({ key: name, value }) => name + value).join();
  for (const secret of [to.slice(1), key, 'something-of-theirs']) expect(all).not.toContain(secret);
  const day = 24 * 3_600_000;
  expect(entries.filter(({ ttl }) => ttl <= 0 || ttl > day)).toEqual([]);
});
