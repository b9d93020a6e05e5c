import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceiptRequest } from '../../src/providers/contract.js';
import { CALLBACK_SECRET, peer, smsReport, whatsappReport } from '../peers/geniq.js';
import { GENIQ_TOKEN, GeniqVendor, type Taken } from '../peers/geniq-vendor.js';
import { freshNumber, type Api, type Verification } from '../support/api.js';
import { failoverConfiguration } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
const vendor = new GeniqVendor();

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  gateway.behaviour = vendor.behaviour;
  const main = { use: 'geniq', settings: peer.settings(gateway.url) };
  const routes = Object.fromEntries(['sms', 'whatsapp', 'voice'].map((channel) => [channel, { default: ['main'] }]));
  service = await Service.start({ redisUrl: redis.url, config: failoverConfiguration({ main }, { routes }) });
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

/** GENIQ calls back. */
const report = async ({ headers, body, path }: ReceiptRequest): Promise<number> => {
  const url = `${service.url}/receipts/main/${path}`;
  return (await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body })).status;
};

/** With codes of ten digits: six may stand in any time of day that is logged. */
async function started(to: string, channels: object[], locale = 'en') {
  const api: Api = service.as(LIVE_KEY);
  const { body } = await api.start(to, { channels, locale, code_length: 10 });
  const view = async (): Promise<Verification> => (await api.read(body.id)).body;
  /** The message of the n-th attempt, once the record has its id. */
  const message = async (n: number): Promise<Taken> => {
    const taken = await until(`message ${n}`, () =>
      vendor.taken.find(({ fields }) => fields.reference === `${body.id}-${n}`),
    );
    await until('its id', async () => (await view()).attempts[n - 1]?.provider_message_id === taken.messageId);
    return taken;
  };
  return { view, message };
}

describe('a call over GENIQ', () => {
  it.each([
    ['ja', /^(\d, ){9}\d is your verification code/, 'en-US'],
    ['de-AT', /^(\d, ){9}\d ist Ihr Bestätigungscode/, 'de-DE'],
  ])('F9 reads the default text for %s in the language that it is in', async (asked, words, voice) => {
    const { message } = await started(freshNumber(), [{ channel: 'voice' }], asked);
    const { fields } = await message(1);
    expect(fields.message).toMatch(words);
    expect(fields.locale).toBe(voice);
  });

  it('F9 reads a caller’s own text in the language that was asked for', async () => {
    const { message } = await started(freshNumber(), [{ channel: 'voice', template: 'コード{{code}}' }], 'ja');
    const { fields } = await message(1);
    expect(fields.message).toMatch(/^コード(\d、){9}\d/);
    expect(fields.locale).toBe('ja-JP');
  });
});

describe('a plan over GENIQ alone', () => {
  it('F2, G2, G6, F9: a refused WhatsApp text, then an SMS that fails, then a call with the digits apart', async () => {
    const to = freshNumber();
    const { view, message } = await started(to, [
      { channel: 'whatsapp' },
      { channel: 'sms', wait: 900 },
      { channel: 'voice' },
    ]);
    const sms = await message(2);
    expect((await view()).attempts[0]).toMatchObject({ status: 'failed', error: { kind: 'bad_message', code: '301' } });

    expect(await report({ ...smsReport('undeliverable', '8', sms.messageId), path: 'guessed' })).toBe(401);
    expect((await view()).attempts).toHaveLength(2);
    expect(await report(smsReport('undeliverable', '8', sms.messageId))).toBe(200);
    const call = await message(3);
    expect((await view()).attempts[1]).toMatchObject({
      status: 'failed',
      provider_status: 'undeliverable',
      error: { kind: 'unreachable', code: '8' },
    });
    const code = /^\d{10}/.exec(String(sms.fields.message))![0];
    expect(call.fields.message).toContain(code.split('').join(', '));
    expect(call.fields.message).not.toContain(code);
    expect(call.fields.locale).toBe('en-US');

    const told = [to.slice(1), code, GENIQ_TOKEN, CALLBACK_SECRET, ...peer.secrets];
    const log = await service.wholeLog();
    expect(log).toContain('"code":"301"');
    for (const secret of told) expect(log).not.toContain(secret);
  });

  it('G3, G7: a failed WhatsApp message starts the next step; read counts as delivered, however often it comes', async () => {
    const to = freshNumber();
    vendor.sessions.add(to.slice(1));
    const { view, message } = await started(to, [
      { channel: 'whatsapp', wait: 900 },
      { channel: 'sms', wait: 900 },
      { channel: 'voice' },
    ]);
    const { messageId } = await message(1);
    for (const time of [1, 2])
      expect([time, await report(whatsappReport('failed', '131', messageId))]).toEqual([time, 200]);
    await message(2);
    expect((await view()).attempts[0]).toMatchObject({ status: 'failed', error: { kind: 'unknown', code: '131' } });
    for (const time of [1, 2])
      expect([time, await report(whatsappReport('read', '0', messageId))]).toEqual([time, 200]);
    expect(await view()).toMatchObject({ delivery: 'delivered', next_at: null, attempts: [{ status: 'read' }, {}] });
    expect(await report(whatsappReport('delivered', '0', 'never-heard-of'))).toBe(200);
  });
});
