import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { KEY, platform, SECRET, TOKEN } from '../peers/qikberry-vendor.js';
import { freshNumber, type Verification } from '../support/api.js';
import { pass } from '../support/failover.js';
import { Gateway, type Behaviour, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

/** A message's id at the vendor is made of our reference; calls carry none, so theirs is made of the number. */
const idOf = ({ text }: Received): string => {
  const [reference = /"to":"(\d+)"/.exec(text)?.[1]] = /[0-9a-f-]{36}-\d/.exec(text) ?? [];
  return `${reference}:1`;
};
const usual = platform({ dlt: true, rcs: true }, { ids: idOf });

let redis: TestRedis;
let vendor: Gateway;
let service: Service;
const secrets = new Set([TOKEN, SECRET, KEY]);

beforeAll(async () => {
  redis = await TestRedis.start();
  vendor = await Gateway.start();
  const settings = {
    baseUrl: vendor.url + '/api/v2',
    token: TOKEN,
    sms: { sender: 'VERIFY', service: 'T' },
    whatsapp: { from: '447700900001', template: { name: 'login' } },
    viber: { from: 'acct' },
    voice: { bridge: '442079460000' },
    reports: { secret: SECRET, validationKey: KEY },
  };
  const accounts = {
    qik: { use: 'qikberry', settings },
    pulling: { use: 'qikberry', settings: { ...settings, pullAfter: 0.3 } },
  };
  const routes = { sms: 'qik', whatsapp: 'qik', voice: 'qik', viber: 'pulling' };
  service = await Service.start({
    redisUrl: redis.url,
    config: configuration(accounts, {
      routes: Object.fromEntries(Object.entries(routes).map(([channel, account]) => [channel, { default: [account] }])),
    }),
  });
});

afterEach(() => {
  vendor.behaviour = usual;
});

afterAll(async () => {
  await service.stop();
  await vendor.stop();
  await redis.stop();
});

const post = async (body: unknown, { secret = SECRET, path = '' } = {}): Promise<Response> =>
  fetch(`${service.url}/receipts/qik${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  });

/** Starts over these channels, with waits that no test sees the end of, and codes that no id or time can hold by chance. */
async function started(channels: string[], behaviour = usual) {
  vendor.behaviour = behaviour;
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const steps = channels.map((channel, i) => (i + 1 < channels.length ? { channel, wait: 900 } : { channel }));
  const { body } = await api.start(to, { channels: steps, code_length: 12 });
  const view = async (): Promise<Verification> => (await api.read(body.id)).body;
  const messages = (): Received[] =>
    vendor.received.filter(({ method, text }) => method === 'POST' && text.includes(to.slice(1)));
  const statuses = async () => (await view()).attempts.map(({ channel, status }) => `${channel} ${status}`);
  const becomes = (...expected: string[]) =>
    until(expected.join(), async () => (await statuses()).join() === expected.join());
  const report = (word: string, extra = {}): Promise<Response> =>
    post({ event: 'sms:message:status', payload: { id: idOf(messages()[0]!), mobile: '1', status: word, ...extra } });
  const code = (): string => {
    const { message } = JSON.parse(messages()[0]!.text) as { message: string };
    const [found = ''] = /\d{12}/.exec(message) ?? [];
    secrets.add(found).add(to.slice(2));
    return found;
  };
  return { api, id: body.id, to, view, messages, statuses, becomes, report, code };
}

describe('an account at Qikberry', () => {
  it('F14 goes on to the next channel when a 200 says that the recipient is blocked', async () => {
    const blocked = platform({ dlt: true, rcs: true }, { word: 'notallowed' });
    const { becomes, view } = await started(['sms', 'whatsapp'], (received, response) => {
      (received.url.includes('/sms/') ? blocked : usual)(received, response);
    });
    await becomes('sms failed', 'whatsapp sent');
    expect((await view()).attempts[0]!.error).toEqual({ kind: 'rejected', code: 'notallowed' });
  });

  it('G1 G6 G3 goes on at once when a report says failed, and stops when one says read', async () => {
    const { becomes, report, view, messages } = await started(['sms', 'whatsapp', 'voice']);
    await becomes('sms sent');
    expect((await report('ABSENT-SUB')).status).toBe(200);
    await becomes('sms failed', 'whatsapp sent');
    expect((await view()).attempts[0]).toMatchObject({
      provider_status: 'ABSENT-SUB',
      error: { kind: 'unreachable', code: 'ABSENT-SUB' },
    });
    const read = { id: idOf(messages()[1]!), channel: 'whatsapp', status: 'read', foreign_id: null };
    await post({ event: 'whatsapp:message:status', payload: read });
    await becomes('sms failed', 'whatsapp read');
    expect(await view()).toMatchObject({ delivery: 'delivered', next_channel: null });
  });

  it.each([
    ['ANSWER', ['voice delivered']],
    ['BUSY', ['voice failed', 'sms sent']],
  ])('G4 takes the %s of a call', async (word, expected) => {
    const { id, becomes, messages } = await started(['voice', 'sms']);
    await becomes('voice sent');
    await post({ event: 'voice:message:out', payload: { id: idOf(messages()[0]!), bridge: '1', status: word } });
    await becomes('voice ' + (word === 'BUSY' ? 'failed' : 'delivered'));
    // Nothing starts within a minute of a call.
    await pass(redis, id, 60_000);
    await becomes(...expected);
  });

  it('G7 takes a report twice, and one after the end, without starting anything', async () => {
    const { api, id, becomes, report, view, code } = await started(['sms', 'whatsapp']);
    await becomes('sms sent');
    expect((await report('DELIVRD')).status).toBe(200);
    const delivered = await view();
    expect((await report('DELIVRD')).status).toBe(200);
    expect(await view()).toEqual(delivered);
    expect((await api.check(id, code())).body.result).toBe('approved');
    expect((await report('FAILED')).status).toBe(200);
    expect((await view()).attempts).toEqual(delivered.attempts);
  });

  it('G8 takes reports of messages that nobody knows', async () => {
    for (const custom of ['', '00000000-0000-4000-8000-000000000000-1']) {
      const payload = { id: 'nobody:1', mobile: '14155550100', status: 'FAILED', custom };
      expect((await post({ event: 'sms:message:status', payload })).status).toBe(200);
    }
  });

  it('G9 answers the handshake, but only to one with the key', async () => {
    const question = { validation_key: KEY, challenge: 'z' };
    const answer = await post(question, { path: `?token=${KEY}` });
    expect([answer.status, await answer.json()]).toEqual([200, { challenge: 'z' }]);
    expect((await post(question, { path: '?token=guessed' })).status).toBe(403);
  });

  it('G10 takes nothing with a wrong secret', async () => {
    const { becomes, messages, statuses } = await started(['sms', 'whatsapp']);
    await becomes('sms sent');
    const payload = { id: idOf(messages()[0]!), mobile: '1', status: 'FAILED' };
    expect((await post({ event: 'sms:message:status', payload }, { secret: 'guessed' })).status).toBe(401);
    expect(await statuses()).toEqual(['sms sent']);
  });

  it('G11 answers a report while the failover that it causes still runs', async () => {
    const held: (() => void)[] = [];
    const holding: Behaviour = (received, response) => {
      held.push(() => {
        usual(received, response);
      });
    };
    const { becomes, report } = await started(['sms', 'whatsapp']);
    await becomes('sms sent');
    vendor.behaviour = holding;
    expect((await report('FAILED')).status).toBe(200);
    await until('the next message', () => held.length === 1);
    expect((await report('FAILED')).status).toBe(200);
    await becomes('sms failed', 'whatsapp sending');
    held[0]!();
    await becomes('sms failed', 'whatsapp sent');
  });

  it('G12 asks for the status when no report comes, and goes on by what it hears', async () => {
    const silent = platform({ dlt: true, rcs: true }, { ids: idOf, status: 'expired' });
    const { becomes, view } = await started(['viber', 'sms'], silent);
    await becomes('viber failed', 'sms sent');
    expect((await view()).attempts[0]).toMatchObject({ provider_status: 'expired', error: { kind: 'unreachable' } });
  });

  it('writes no token, code or number into its log', async () => {
    const { becomes, code } = await started(['sms']);
    await becomes('sms sent');
    expect(code()).toMatch(/^\d{12}$/);
    await until('its line', () => service.log.includes('"account":"qik","status":"sent"'));
    for (const secret of secrets) expect(service.log).not.toContain(secret);
  });
});
