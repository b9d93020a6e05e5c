import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeKeyring } from '../../src/codes/keyring.js';
import { recipientRef } from '../../src/recipients/lookup.js';
import { ErasureStore } from '../../src/store/erasure.store.js';
import { freshNumber, type Answer, type Api } from '../support/api.js';
import { failoverConfiguration, messageOf, report, reportingAccount } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { openedDump, type Opened } from '../support/opened.js';
import { TestRedis } from '../support/redis.js';
import { LIVE_KEY, OTHER_KEY, READ_KEY, SECRET, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

const BEARER = 'the-gateways-own-secret';
const HOUR = 3_600_000;

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let api: Api;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = failoverConfiguration({
    plain: reportingAccount(gateway),
    byid: reportingAccount(gateway, { id: 'id', secret: BEARER }),
  });
  Object.assign((config.applications as Record<string, object>).shop!, { retention: { number: '2h', record: '3d' } });
  (config.routes as Record<string, object>).whatsapp = { default: ['byid'] };
  service = await Service.start({ redisUrl: redis.url, config });
  api = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

const erase = (to: string, key = LIVE_KEY, more: object = {}): Promise<Answer> =>
  service.as(key).post('/v1/erasures', { to, ...more });

const holding = async (number: string): Promise<Opened[]> =>
  (await openedDump(redis)).filter(({ text }) => text.includes(number.slice(1)) || text.includes(number.slice(2)));

const receiptById = async (id: string): Promise<number> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${BEARER}` };
  const body = JSON.stringify({ id, status: 'DELIVRD' });
  return (await fetch(`${service.url}/receipts/byid`, { method: 'POST', headers, body })).status;
};

const masked = (to: string): string => `${to.slice(0, 3)}*******${to.slice(-2)}`;

/** One that is over, with everything that a start can bring, and one that is live; by both ways of receipts. */
async function person() {
  const to = freshNumber();
  const body = { to, channels: [{ channel: 'sms' }], reference: `visit-${to}-of-theirs`, metadata: { number: to } };
  const key = { 'idempotency-key': `start-${to}` };
  const start = (): Promise<Answer> => api.request('POST', '/v1/verifications', body, key);
  const first = await start();
  const message = await messageOf(gateway, api, first.body.id, to, 1);
  expect((await api.check(first.body.id, message.body.code!)).body.result).toBe('approved');

  const code = `4815${to.slice(-7)}`;
  const channels = [{ channel: 'whatsapp' }, { channel: 'voice', wait: 60 }];
  const second = await api.start(to, { channels, code, ttl: 600 });
  const other = await messageOf(gateway, api, second.body.id, to, 2);
  return { to, start, reference: body.reference, over: first.body.id, live: second.body.id, code, message, other };
}

describe('erasing a number', () => {
  it('leaves it nowhere, and nothing that was sent of it goes on', async () => {
    const neighbour = freshNumber();
    const beside = (await api.start(neighbour)).body.id;
    const { to, start, reference, over, live, code, message, other } = await person();
    await service.as(TEST_KEY).start(to, { channels: [{ channel: 'sms' }] });
    const elsewhere = (await service.as(OTHER_KEY).start(to)).body.id;
    const inbox = `/v1/sandbox/messages?to=${encodeURIComponent(to)}`;
    await until('the sandbox', async () => (await service.as(TEST_KEY).get(inbox)).body.data.length > 0);
    await until('the other one', () => gateway.to(to)[2]);
    const kinds = (await holding(to)).map(({ key }) => key.replace(/^pl:\{..\}:(\w+).*$/, '$1'));
    expect(kinds).toEqual(expect.arrayContaining(['f', 'k', 'inbox']));
    const shown = await api.get(`/v1/verifications?reference=${encodeURIComponent(reference)}`);
    expect(shown.body.data).toHaveLength(1);
    const logged = service.log.length;

    const erased = await erase(to);
    expect([erased.status, erased.body]).toEqual([
      200,
      { verifications: 3, canceled: 2, messages: 3, sandbox_messages: 1 },
    ]);

    const left = await holding(to);
    expect(left.map(({ key }) => key.slice(-36))).toEqual([elsewhere]);
    // Its id, which tells nothing, stays in events, in the queue's log, and where a repeated call is told from a new one.
    const mayName = /^\{pl:q\d*\}|^pl:\{ev:|\}:ev$|^pl:\{i:|\}:i:/;
    const rest = (await openedDump(redis)).filter(({ key }) => !mayName.test(key));
    for (const id of [over, live]) {
      expect((await api.read(id)).status).toBe(404);
      expect(rest.filter(({ text }) => text.includes(id))).toEqual([]);
    }
    expect((await api.check(live, code)).status).toBe(404);
    for (const query of [`to=${encodeURIComponent(to)}`, `reference=${encodeURIComponent(reference)}`]) {
      expect((await api.get(`/v1/verifications?${query}`)).body.data).toEqual([]);
    }
    expect((await service.as(TEST_KEY).get(inbox)).body.data).toEqual([]);
    expect((await api.read(beside)).body.to).toBe(neighbour);
    expect((await service.as(OTHER_KEY).read(elsewhere)).body.to).toBe(to);
    const events = await until('its end to be told', async () => {
      const all = (await api.get('/v1/events?limit=500')).body.data as unknown as {
        type: string;
        data: Record<string, string>;
      }[];
      const own = all.filter(({ data }) => data.verification_id === live);
      return own.at(-1)?.type === 'verification.canceled' ? own : undefined;
    });
    expect(events.at(-1)!.data).toMatchObject({ reason: 'erased', status: 'canceled' });
    expect(JSON.stringify(events)).not.toContain(to.slice(2));

    // What providers report later is taken, and changes nothing.
    expect((await report(message, 'DELIVRD')).status).toBe(200);
    expect(await receiptById(`m-${other.body.ref!}`)).toBe(200);
    expect((await holding(to)).map(({ key }) => key.slice(-36))).toEqual([elsewhere]);

    // Whoever repeats a call of before gets its answer, without the number.
    const again = await start();
    expect([again.status, again.body]).toMatchObject([
      201,
      { id: over, to: masked(to), reference: null, metadata: {} },
    ]);
    expect((await erase(to)).body).toEqual({ verifications: 0, canceled: 0, messages: 0, sandbox_messages: 0 });
    expect(service.log.slice(logged)).not.toContain(to.slice(2));
    expect(gateway.to(to)).toHaveLength(3);
  });

  it('forgets all references that its sends have brought', async () => {
    const to = freshNumber();
    const { id } = (await api.start(to, { reference: `first of ${to}` })).body;
    await api.start(to, { reference: `second of ${to}` });
    await api.start(to);
    const indexes = async () =>
      (await openedDump(redis)).filter(({ key, text }) => key.includes('}:r:') && text.includes(id));
    expect(await indexes()).toHaveLength(2);
    await erase(to);
    expect(await indexes()).toEqual([]);
  });

  it('goes on where a crash has cut it off', async () => {
    const { to } = await person();
    const { lookup } = makeKeyring([Buffer.from(SECRET, 'base64')]);
    const recipient = recipientRef(lookup, 'shop', to);
    const cut = await new ErasureStore(redis.client).find(recipient, 100);
    expect(cut.map(({ was }) => was)).toEqual(['over', 'live']);
    expect((await erase(to)).body).toEqual({ verifications: 2, canceled: 0, messages: 2, sandbox_messages: 0 });
    expect(await holding(to)).toEqual([]);
  });

  it('takes a number in any form, and counts every one of many', async () => {
    const to = freshNumber();
    for (let i = 0; i < 110; i++) {
      const { id } = (await api.start(to)).body;
      await api.cancel(id);
    }
    const { body } = await erase(`(415) ${to.slice(5, 8)}-${to.slice(8)}`, LIVE_KEY, { country: 'US' });
    expect(body).toMatchObject({ verifications: 110, canceled: 0 });
  });

  it('leaves the budgets, so that it is no way to new tries', async () => {
    const { to } = await person();
    const { lookup } = makeKeyring([Buffer.from(SECRET, 'base64')]);
    const { shard, hash } = recipientRef(lookup, 'shop', to);
    await redis.client.set(`pl:{${shard}}:bs:${hash}`, 4, 'PX', HOUR);
    await erase(to);
    expect(await redis.client.get(`pl:{${shard}}:bs:${hash}`)).toBe('4');
  });

  it('is for keys that may end verifications and read numbers', async () => {
    const { to } = await person();
    const reader = await erase(to, READ_KEY);
    expect([reader.status, reader.body.code, reader.body.detail]).toEqual([
      403,
      'forbidden',
      expect.stringMatching(/pii:read/),
    ]);
    for (const wrong of ['nobody', '+1415555', '']) {
      const answer = await erase(wrong);
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, 'to']);
    }
    expect((await holding(to)).length).toBeGreaterThan(0);
  });
});

describe('retention', () => {
  it('keeps the number for its time after the code’s end, and the record for its own', async () => {
    const { to, reference, over, live, code, message, other } = await person();
    const ttl = (kind: string, id: string): Promise<number> => redis.client.pttl(`pl:{${id.slice(-2)}}:${kind}:${id}`);
    for (const [id, life] of [
      [over, 300_000],
      [live, 600_000],
    ] as const) {
      for (const [kind, kept] of [
        ['f', 2 * HOUR],
        ['v', 72 * HOUR],
      ] as const) {
        const left = await ttl(kind, id);
        expect([kind, left > kept, left <= kept + life]).toEqual([kind, true, true]);
      }
    }
    // Another code has a life of its own.
    const another = `X${code}`;
    await api.start(to, { channels: [{ channel: 'whatsapp' }], code: another });
    expect(await ttl('f', live)).toBeGreaterThan(2 * HOUR);
    expect((await openedDump(redis)).some(({ text }) => text.includes(another))).toBe(true);
    await api.cancel(live);
    expect((await openedDump(redis)).filter(({ text }) => text.includes(code))).toEqual([]);

    for (const id of [over, live]) await redis.client.del(`pl:{${id.slice(-2)}}:f:${id}`);
    const record = (await api.read(over)).body;
    expect(record).toMatchObject({ to: masked(to), status: 'approved', reference: null, metadata: {} });
    for (const query of [`to=${encodeURIComponent(to)}`, `reference=${encodeURIComponent(reference)}`]) {
      expect((await api.get(`/v1/verifications?${query}`)).body.data).toEqual([]);
    }
    expect((await report(message, 'DELIVRD')).status).toBe(200);
    expect(await receiptById(`m-${other.body.ref!}`)).toBe(200);
    for (const id of [over, live]) expect((await api.read(id)).body.attempts[0]!.status).toBe('delivered');
    expect((await erase(to)).body).toMatchObject({ verifications: 2, canceled: 0 });
  });

  it('ends what is kept for repeated calls with the number', async () => {
    const { start, over, to } = await person();
    const first = await start();
    expect(first.body).toMatchObject({ id: over, to, metadata: { number: to } });
    expect((await start()).text).toBe(first.text);
    const aside = `pl:{${over.slice(-2)}}:k:${over}`;
    expect(await redis.client.pttl(aside)).toBeLessThanOrEqual(2 * HOUR + 300_000);
    await redis.client.del(aside, `pl:{${over.slice(-2)}}:f:${over}`);
    expect((await start()).body).toMatchObject({ id: over, to: masked(to), status: 'pending', metadata: {} });
  });
});
