import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, report, reportingAccount } from '../support/failover.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { httpAccount, LIVE_KEY, Service } from '../support/service.js';

const SECRET = 'the-gateways-own-secret';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const port = await freePort();
  const accounts = {
    plain: reportingAccount(gateway),
    bearer: reportingAccount(gateway, { id: 'message.id', secret: SECRET }),
    signed: reportingAccount(gateway, { id: 'message.id', secret: SECRET, signatureHeader: 'X-Signature' }),
    silent: httpAccount(gateway.url),
  };
  const routes = { sms: 'plain', whatsapp: 'bearer', rcs: 'signed', telegram: 'silent', voice: 'plain' };
  service = await Service.start({
    redisUrl: redis.url,
    port,
    env: { PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}/` },
    config: failoverConfiguration(accounts, {
      routes: Object.fromEntries(Object.entries(routes).map(([channel, account]) => [channel, { default: [account] }])),
    }),
  });
});

afterEach(() => {
  gateway.behaviour = behaviours.accepts;
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

async function sent(channel = 'sms') {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const { body } = await api.start(to, { channels: [{ channel, wait: 900 }, { channel: 'voice' }] });
  const message = await messageOf(gateway, api, body.id, to, 1);
  const view = async (): Promise<Verification> => (await api.read(body.id)).body;
  return { api, id: body.id, to, message, view, state: async () => (await view()).attempts[0]!.status };
}

type Headers = Record<string, string>;
const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = { authorization: `Bearer ${SECRET}` };

const send = async (path: string, body: string, headers: Headers = JSON_TYPE): Promise<number> =>
  (await fetch(new URL(path, service.url), { method: 'POST', body, headers })).status;

/** A receipt that says who it is about. */
const about = (message: Received, status: string): string =>
  JSON.stringify({ message: { id: `m-${message.body.ref!}` }, status });

const hmac = (body: string, encoding: 'hex' | 'base64', secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest(encoding);

describe('receipts to {{callback_url}}', () => {
  it('come as JSON, as a form, or in a query, by POST, PUT or GET', async () => {
    const json = await sent();
    expect(json.message.body.callback).toMatch(`${service.url}/receipts/plain/${json.id}-1/`);
    expect((await report(json.message, 'DELIVRD')).status).toBe(200);
    expect(await json.view()).toMatchObject({
      delivery: 'delivered',
      attempts: [{ status: 'delivered', provider_status: 'DELIVRD', error: null, delivered_at: expect.any(String) }],
    });

    const form = await sent();
    const type = 'Application/X-WWW-Form-Urlencoded; charset=utf-8';
    expect(await send(form.message.body.callback!, 'status=delivrd&x=1', { 'content-type': type })).toBe(200);
    expect(await form.state()).toBe('delivered');

    const put = await sent();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(put.message.body.callback!, { method: 'PUT', headers, body: '{"status":"DELIVRD"}' });
    expect(answer.status).toBe(200);
    expect(await put.state()).toBe('delivered');

    const beside = await sent();
    expect(await send(`${beside.message.body.callback!}?status=DELIVRD`, '{}')).toBe(200);
    expect(await beside.state()).toBe('delivered');

    const get = await sent();
    expect((await fetch(`${get.message.body.callback!}?status=READ`)).status).toBe(200);
    expect(await get.state()).toBe('read');
  });

  it('keep the vendor’s words, but nothing that could be a number or a code', async () => {
    const { message, view } = await sent();
    await report(message, 'UNDELIV');
    const error = { kind: 'unknown', code: 'UNDELIV' };
    expect((await view()).attempts[0]).toMatchObject({ status: 'failed', provider_status: 'UNDELIV', error });
    expect((await view()).attempts[0]!.provider_message_id).toBe(`m-${message.body.ref!}`);
  });

  it('say nothing in words that are not known', async () => {
    const { message, view } = await sent();
    const before = await view();
    for (const word of ['BUFFERED', '', 'DELIVRD ']) expect((await report(message, word)).status).toBe(200);
    for (const body of [
      '{}',
      '[]',
      'null',
      '7',
      '{"status":{"a":1}}',
      '{"status":null}',
      '{"__proto__":{"status":"READ"}}',
    ]) {
      expect(await send(message.body.callback!, body)).toBe(200);
    }
    expect(await view()).toEqual(before);
  });

  it('are refused with another attempt’s proof, another account, or none', async () => {
    const [one, two] = [await sent(), await sent()];
    const before = await one.view();
    const proof = two.message.body.callback!.split('/').at(-1)!;
    const right = one.message.body.callback!.split('/').at(-1)!;
    const paths = [
      `/receipts/plain/${one.id}-1/${proof}`,
      `/receipts/plain/${one.id}-1/${right.slice(0, -1)}`,
      `/receipts/plain/${one.id}-1/${right}/more`,
      `/receipts/plain/${one.id}-2/${right}`,
      `/receipts/plain/${one.id}-1/`,
      `/receipts/plain/${one.id}-1`,
      '/receipts/plain',
      '/receipts/plain/',
    ];
    for (const path of paths) expect([path, await send(path, '{"status":"DELIVRD"}')]).toEqual([path, 401]);
    const elsewhere = `/receipts/bearer/${one.id}-1/${right}`;
    expect(await send(elsewhere, '{"status":"DELIVRD"}', { ...JSON_TYPE, ...BEARER })).toBe(401);
    expect((await fetch(`${service.url}/receipts/plain/${one.id}-1/${proof}?status=DELIVRD`)).status).toBe(401);
    expect(await one.view()).toEqual(before);
  });

  it('are unknown for accounts that take none', async () => {
    for (const account of ['nobody', 'silent', 'sandbox', '..%2fplain']) {
      expect(await send(`/receipts/${account}`, '{"status":"DELIVRD"}')).toBe(404);
    }
  });
});

describe('receipts with a secret', () => {
  it('are found by the message’s id, with the secret as bearer token', async () => {
    const { message, state } = await sent('whatsapp');
    const body = about(message, 'DELIVRD');
    const wrong: Headers[] = [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${SECRET}x` },
      { authorization: SECRET },
    ];
    for (const headers of wrong) expect(await send('/receipts/bearer', body, { ...JSON_TYPE, ...headers })).toBe(401);
    // The address alone is not enough where a secret is configured.
    expect((await report(message, 'DELIVRD')).status).toBe(401);
    expect(await state()).toBe('sent');
    expect(await send('/receipts/bearer', body, { ...JSON_TYPE, ...BEARER })).toBe(200);
    expect(await state()).toBe('delivered');
  });

  it('may also come to the address, which then says whose they are', async () => {
    const { message, state } = await sent('whatsapp');
    expect(await send(message.body.callback!, '{"status":"READ"}', { ...JSON_TYPE, ...BEARER })).toBe(200);
    expect(await state()).toBe('read');
  });

  it.each(['hex', 'base64'] as const)('carry an HMAC of the body in %s', async (encoding) => {
    const { message, state } = await sent('rcs');
    const body = about(message, 'DELIVRD');
    const other = body.replace('DELIVRD', 'READ');
    const wrong: Headers[] = [
      {},
      BEARER,
      { 'x-signature': hmac(other, encoding) },
      { 'x-signature': hmac(body, encoding, 'another secret') },
      { 'x-signature': hmac(body, encoding).slice(0, -2) },
      { 'x-signature': '' },
    ];
    for (const headers of wrong) expect(await send('/receipts/signed', body, { ...JSON_TYPE, ...headers })).toBe(401);
    expect(await state()).toBe('sent');
    // What stands in the query is not signed.
    const empty = { 'x-signature': hmac('{}', encoding) };
    expect(await send(`${message.body.callback!}?status=DELIVRD`, '{}', { ...JSON_TYPE, ...empty })).toBe(200);
    expect(await state()).toBe('sent');
    const signature = { 'x-signature': `sha256=${hmac(body, encoding)}` };
    expect(await send('/receipts/signed', body, { ...JSON_TYPE, ...signature })).toBe(200);
    expect(await state()).toBe('delivered');
  });

  it('have nothing signed without a body', async () => {
    const { message, state } = await sent('rcs');
    const headers = { 'x-signature': hmac('', 'hex') };
    const { status } = await fetch(`${message.body.callback!}?status=DELIVRD`, { headers });
    expect(status).toBe(401);
    expect(await state()).toBe('sent');
  });
});

describe('receipts in any order', () => {
  const orders: [string[], string][] = [
    [['DELIVRD', 'DELIVRD', 'DELIVRD'], 'delivered'],
    [['READ', 'DELIVRD'], 'read'],
    [['DELIVRD', 'UNDELIV'], 'delivered'],
    [['READ', 'UNDELIV', 'DELIVRD'], 'read'],
    [['UNDELIV', 'DELIVRD'], 'delivered'],
    [['UNDELIV', 'UNDELIV'], 'failed'],
  ];
  it.each(orders)('%j is %s in the end', async (words, status) => {
    const { message, view } = await sent();
    let last: Verification | undefined;
    for (const word of words) {
      expect((await report(message, word)).status).toBe(200);
      if (last?.attempts[0]!.status === status) expect((await view()).attempts[0]).toEqual(last.attempts[0]);
      last = await view();
    }
    expect(last).toMatchObject({ delivery: status === 'failed' ? expect.any(String) : 'delivered' });
    expect(last!.attempts[0]!.status).toBe(status);
  });

  it('many at a time leave the latest state', async () => {
    const { message, state } = await sent();
    const words = ['DELIVRD', 'READ', 'UNDELIV', 'DELIVRD', 'READ', 'UNDELIV'];
    const answers = await Promise.all(words.map((word) => report(message, word)));
    for (const { status } of answers) expect(status).toBe(200);
    expect(await state()).toBe('read');
  });
});
