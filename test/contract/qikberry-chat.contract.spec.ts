import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bics, qikberry } from '../../src/providers/qikberry/definition.js';
import { ID, platform } from '../peers/qikberry-vendor.js';
import { PlatformAccounts, refusal } from '../support/platform-account.js';

const CODE = '042137';
const TO = '14155550100';
const ATTEMPT = '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1';
const DATA = { otp: '{{code}}' };

describe.each([
  { definition: qikberry, brand: { dlt: true, rcs: true } },
  { definition: bics, brand: { dlt: false, rcs: false } },
])('chat and voice through $definition.use', ({ definition, brand }) => {
  let vendor: PlatformAccounts;

  beforeAll(async () => {
    vendor = await PlatformAccounts.start(definition, platform(brand));
  });
  afterAll(() => vendor.stop());

  describe('WhatsApp', () => {
    const from = '447700900001';
    const message = { channel: 'whatsapp', from: undefined } as const;

    it('F1 is an authentication template with the code as its only parameter', async () => {
      const { url, body, accepted } = await vendor.send({ whatsapp: { from, template: { name: 'login' } } }, message);
      expect(url).toBe('/api/v2/whatsapp/message/send');
      expect(body).toEqual({
        channels: [{ name: 'whatsapp', from, meta: { foreign_id: ATTEMPT } }],
        recipient: { to: [TO] },
        message: { type: 'template', payload: { name: 'login', language: 'en', body_params: [CODE] } },
      });
      expect(accepted).toEqual({ messageId: ID, status: 'queued' });
    });

    it('F2 is a text within a conversation', async () => {
      const { body } = await vendor.send({ whatsapp: { from, session: true } }, message);
      expect(body.message).toEqual({ type: 'text', payload: { text: '042137 is your verification code.' } });
    });

    it('F3 has parameters of header and body, and a language', async () => {
      const template = { name: 'login', language: 'de', header: 'Shop', body: ['Shop', '{{code}}', '{{ttl}}'] };
      const { body } = await vendor.send({ whatsapp: { from, template } }, message);
      const header_params = { type: 'text', payload: { text: 'Shop' } };
      const body_params = ['Shop', CODE, '300'];
      expect(body.message).toMatchObject({ payload: { language: 'de', header_params, body_params } });
    });
  });

  describe('Viber', () => {
    const message = { channel: 'viber', from: undefined, ttl: 90 } as const;

    it('F6 is transactional, and lives as long as the code', async () => {
      const { url, body } = await vendor.send({ viber: { from: 'acct' } }, message);
      expect(url).toBe('/api/v2/viber/message/send');
      const meta = { category: 'transactional', ttl: 90, foreign_id: ATTEMPT };
      expect(body.channels).toEqual([{ name: 'viber', from: 'acct', meta }]);
      // The least that Viber takes.
      const late = await vendor.send({ viber: { from: 'acct' } }, { ...message, ttl: 5 });
      expect(late.body.channels).toMatchObject([{ meta: { ttl: 30 } }]);
    });

    it('F7 is a stored template with its sender in meta', async () => {
      const { url, body } = await vendor.send(
        { viber: { from: 'acct', template: { alias: 'login', data: DATA } } },
        message,
      );
      expect(url).toBe('/api/v2/viber/send/template');
      expect(body).toMatchObject({ alias: 'login', data: { otp: CODE }, meta: { from: 'acct', foreign_id: ATTEMPT } });
    });

    it('is refused before it is sent when the text is too long', async () => {
      const sent = vendor.send({ viber: { from: 'acct' } }, { ...message, text: 'x'.repeat(1_001) });
      await expect(sent).rejects.toMatchObject({ kind: 'bad_message', code: 'text_too_long' });
    });
  });

  describe('voice', () => {
    const bridge = '442079460000';
    const message = { channel: 'voice', from: undefined, text: 'Your code is 0, 4, 2, 1, 3, 7.' } as const;

    it.each([
      ['en', {}, 'Kendra'],
      ['en-GB', {}, 'Amy'],
      ['de_AT', {}, 'Marlene'],
      ['de', { de: 'Hans' }, 'Hans'],
      ['xx', {}, undefined],
    ])('F9 says the digits one by one, with the voice of %s', async (locale, voices, voiceid) => {
      const { url, body } = await vendor.send({ voice: { bridge, voices } }, { ...message, locale });
      expect(url).toBe('/api/v2/outgoing/tts');
      expect(body).toEqual({ bridge, to: TO, text: message.text, options: { voiceid } });
    });

    it('F10 repeats, and pauses between digits', async () => {
      const voice = { bridge, iterations: 2, iterationDelay: 1.5, pause: 1 };
      const { body } = await vendor.send({ voice }, message);
      expect(body.text).toBe('Your code is 0##4##2##1##3##7.');
      const pauses = { identifier: '##', time: 1 };
      expect(body.options).toEqual({ voiceid: 'Kendra', break: pauses, iteration_tries: 2, iteration_delay: 1.5 });
    });

    it('F11 runs a flow with the code as its variable', async () => {
      const { url, body } = await vendor.send(
        { voice: { bridge: '1', flow: { id: '57' } } },
        { ...message, from: `+${bridge}` },
      );
      expect(url).toBe('/api/v2/outgoing/send');
      expect(body).toEqual({ bridge, to: TO, flow_id: '57', name: 'otp', 'variables[otp]': CODE });
    });

    it('F12 lets the platform call again only after intervals that it knows, and by default never', async () => {
      const flow = { id: '57', interval: 15 };
      expect((await vendor.send({ voice: { bridge, flow } }, message)).body).toMatchObject({ interval: 15 });
      const wrong = refusal(definition.use, { voice: { bridge, flow: { ...flow, interval: 10 } } });
      expect(wrong).toEqual([expect.stringMatching(/^voice\.flow\.interval: must be one of/)]);
    });
  });
});

it('F8 RCS is Qikberry’s alone', async () => {
  const vendor = await PlatformAccounts.start(qikberry, platform({ dlt: true, rcs: true }));
  const rcs = { from: 'agent' };
  const message = { channel: 'rcs', from: undefined } as const;
  const { url, body } = await vendor.send({ rcs }, message);
  expect(url).toBe('/api/v2/rcs/message/send');
  expect(body).toMatchObject({ channels: [{ name: 'rcs', from: 'agent' }], message: { type: 'text' } });
  const stored = await vendor.send({ rcs: { ...rcs, template: { id: '9', data: DATA } } }, message);
  expect(stored.url).toBe('/api/v2/rcs/send/template');
  expect(stored.body).toMatchObject({ id: '9', data: { otp: CODE } });
  expect(refusal('bics', { rcs })).toEqual(['rcs: is not a known setting']);
  const routed = refusal('bics', { sms: { sender: 'a', service: 'ENT' } }, { routes: { rcs: { default: ['main'] } } });
  expect(routed).toEqual(['routes.rcs.default: the account main does not carry rcs']);
  await vendor.stop();
});
