import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, report, reportingAccount } from '../support/failover.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const BEARER = { authorization: 'Bearer the-gateways-own-secret' };

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const port = await freePort();
  const accounts = {
    plain: reportingAccount(gateway),
    byid: reportingAccount(gateway, { id: 'id', secret: 'the-gateways-own-secret' }),
  };
  const routes = { sms: 'plain', whatsapp: 'byid', voice: 'plain' };
  service = await Service.start({
    redisUrl: redis.url,
    port,
    env: { PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}` },
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

async function started(channels: object[]) {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const { body } = await api.start(to, { channels });
  const view = async (): Promise<Verification> => (await api.read(body.id)).body;
  return { api, id: body.id, to, view, message: (n: number) => messageOf(gateway, api, body.id, to, n) };
}

const byId = async (fields: Record<string, unknown>): Promise<number> => {
  const headers = { 'content-type': 'application/json', ...BEARER };
  const body = JSON.stringify(fields);
  return (await fetch(`${service.url}/receipts/byid`, { method: 'POST', headers, body })).status;
};

/** How often receipts of an account had this outcome. */
async function counted(account: string, outcome: string): Promise<number> {
  // Who asks within a second gets what was read then.
  await sleep(1_000);
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const wanted = [`account="${account}"`, `outcome="${outcome}"`];
  const lines = text.split('\n').filter((line) => wanted.every((label) => line.includes(label)));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** The gateway sends its receipt first, and answers the send when that was taken. */
function reportsFirst(tell: (received: Received) => Promise<unknown>): void {
  gateway.behaviour = (received, response) => {
    gateway.behaviour = behaviours.accepts;
    void tell(received).then(() => {
      behaviours.accepts(received, response);
    });
  };
}

describe('receipts before the vendor’s own answer', () => {
  it('by message id are kept, and applied when the id is known', async () => {
    const before = await counted('byid', 'parked');
    reportsFirst(({ body }) => byId({ id: `m-${body.ref!}`, status: 'DELIVRD' }));
    const { id, view, message } = await started([{ channel: 'whatsapp' }, { channel: 'voice' }]);
    await message(1);
    expect(await counted('byid', 'parked')).toBe(before + 1);
    expect(await view()).toMatchObject({
      delivery: 'delivered',
      next_at: null,
      attempts: [{ status: 'delivered', provider_message_id: `m-${id}-1`, sent_at: expect.any(String) }],
    });
  });

  it('by message id keep their order', async () => {
    reportsFirst(async ({ body }) => {
      for (const status of ['UNDELIV', 'READ', 'DELIVRD']) await byId({ id: `m-${body.ref!}`, status });
    });
    const { view, message } = await started([{ channel: 'whatsapp' }]);
    await message(1);
    // They are taken one after the other, once the answer is there.
    await until('the vendor’s own answer', async () => (await view()).attempts[0]!.sent_at);
    expect(await view()).toMatchObject({ delivery: 'delivered', attempts: [{ status: 'read' }] });
  });

  it('by address are applied at once: delivered ends the plan', async () => {
    reportsFirst((received) => report(received, 'DELIVRD'));
    const { view, message } = await started([{ channel: 'sms' }, { channel: 'voice' }]);
    await message(1);
    expect(await view()).toMatchObject({ delivery: 'delivered', next_at: null, attempts: [{ status: 'delivered' }] });
  });

  it.each(['sms', 'whatsapp'])('of a failure start the next step at once (%s)', async (channel) => {
    reportsFirst((received) =>
      channel === 'sms' ? report(received, 'UNDELIV') : byId({ id: `m-${received.body.ref!}`, status: 'UNDELIV' }),
    );
    const { to, view, message } = await started([{ channel }, { channel: 'voice' }]);
    await until('the next step', () => gateway.to(to)[1]);
    await message(2);
    expect(await view()).toMatchObject({ delivery: 'sent', attempts: [{ status: 'failed' }, { status: 'sent' }] });
  });

  it('of a failed call leave the minute', async () => {
    reportsFirst((received) => report(received, 'UNDELIV'));
    const { view, message } = await started([{ channel: 'voice', wait: 60 }, { channel: 'sms' }]);
    await message(1);
    // It has failed before it is known to have been sent.
    await until('the vendor’s own answer', async () => (await view()).attempts[0]!.sent_at);
    const { attempts, next_at, delivery } = await view();
    expect(attempts).toMatchObject([{ status: 'failed' }]);
    // Another step will follow.
    expect(delivery).toBe('queued');
    expect(Date.parse(next_at!) - Date.parse(attempts[0]!.sent_at!)).toBeGreaterThanOrEqual(60_000);
  });
});

describe('receipts that belong to nothing', () => {
  it('for unknown ids are taken and counted', async () => {
    const before = await counted('byid', 'parked');
    expect(await byId({ id: 'never-heard-of', status: 'DELIVRD' })).toBe(200);
    expect(await byId({ id: 4711, status: 'DELIVRD' })).toBe(200);
    expect(await counted('byid', 'parked')).toBe(before + 2);
    expect(await byId({ status: 'DELIVRD' })).toBe(200);
    expect(await counted('byid', 'parked')).toBe(before + 2);
  });

  it('are kept for minutes, few for each id, and as small whatever the id is', async () => {
    for (let i = 0; i < 30; i++) await byId({ id: 'noise', status: 'DELIVRD', i });
    await byId({ id: 'x'.repeat(20_000), status: 'UNDELIV' });
    const parked = (await redis.dump()).filter(({ key }) => key.endsWith(':parked'));
    expect(parked.length).toBeGreaterThan(0);
    for (const { ttl, value } of parked) {
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(600_000);
      const receipts = JSON.parse(value) as string[];
      expect(receipts.length).toBeLessThanOrEqual(10);
      for (const receipt of receipts) expect(receipt.length).toBeLessThan(200);
    }
  });

  it('for a verification whose record is gone are taken and counted', async () => {
    const { id, message } = await started([{ channel: 'sms' }]);
    const first = await message(1);
    await redis.client.del(`pl:{${id.slice(-2)}}:v:${id}`);
    const before = await counted('plain', 'unknown');
    expect((await report(first, 'DELIVRD')).status).toBe(200);
    expect(await counted('plain', 'unknown')).toBe(before + 1);
  });

  it('after approval change the record of the attempt and nothing else', async () => {
    const { api, id, view, message } = await started([{ channel: 'sms' }, { channel: 'voice' }]);
    const first = await message(1);
    expect((await api.check(id, first.body.code!)).body.result).toBe('approved');
    const before = await view();
    expect((await report(first, 'DELIVRD')).status).toBe(200);
    const after = await view();
    expect(after.attempts[0]).toMatchObject({ status: 'delivered', provider_status: 'DELIVRD' });
    expect(after).toEqual({ ...before, attempts: after.attempts });
  });

  it('of a message that another start has superseded change the record and nothing else', async () => {
    const { api, to, view, message } = await started([{ channel: 'sms' }, { channel: 'voice' }]);
    const first = await message(1);
    await api.start(to, { channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] });
    await message(2);
    const before = await view();
    await report(first, 'DELIVRD');
    const after = await view();
    expect(after.attempts[0]!.status).toBe('delivered');
    expect(after).toEqual({ ...before, attempts: [after.attempts[0], before.attempts[1]] });
  });
});

describe('receipts that make no sense', () => {
  it('are answered below 500, and change nothing', async () => {
    const { view, message } = await started([{ channel: 'sms' }]);
    const first = await message(1);
    const before = await view();
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/xml', 'multipart/form-data', 'x'];
    const bodies = ['', '{', '\0\0\0', '%%%=%', '<xml/>', '[[[[[[', '"READ"', 'status', '{"status":'.repeat(500)];
    for (const type of types) {
      for (const body of bodies) {
        const { status } = await fetch(first.body.callback!, {
          method: 'POST',
          body,
          headers: { 'content-type': type },
        });
        expect([type, body, status < 500]).toEqual([type, body, true]);
      }
    }
    const bytes = new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0xc3]);
    expect((await fetch(first.body.callback!, { method: 'POST', body: bytes })).status).toBe(200);
    expect((await fetch(`${first.body.callback!}?status=a&status=b&__proto__=1`)).status).toBe(200);
    expect(await view()).toEqual(before);
  });

  it('and are huge are refused, and the service stays well', async () => {
    const { view, message } = await started([{ channel: 'sms' }]);
    const first = await message(1);
    const huge = await report(first, 'DELIVRD', { padding: 'x'.repeat(64 * 1024) });
    expect(huge.status).toBe(413);
    expect((await view()).attempts[0]!.status).toBe('sent');
    const word = 'W'.repeat(20_000);
    expect((await report(first, word)).status).toBe(200);
    expect((await report(first, 'DELIVRD', { padding: 'x'.repeat(20_000) })).status).toBe(200);
    expect((await view()).attempts[0]!.status).toBe('delivered');
  });
});

describe('while Redis is away', () => {
  it('receipts are 503, so that the vendor repeats them; forged ones still 401', async () => {
    const { view, message } = await started([{ channel: 'sms' }, { channel: 'voice' }]);
    const first = await message(1);
    await redis.kill();
    try {
      const refused = await report(first, 'DELIVRD');
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await byId({ id: 'x', status: 'DELIVRD' })).toBe(503);
      expect((await fetch(`${service.url}/receipts/plain?status=DELIVRD`)).status).toBe(401);
    } finally {
      await redis.run();
    }
    await until('the receipt to be taken', async () => (await report(first, 'DELIVRD')).ok);
    expect(await view()).toMatchObject({ delivery: 'delivered', next_at: null });
  });
});
