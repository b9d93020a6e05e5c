import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { passwordSettings, peer } from '../../../test/peers/ugsms.js';
import { behaviours, Gateway } from '../../../test/support/gateway.js';
import { inSeconds, outgoingMessage } from '../../../test/support/messages.js';
import { checked } from '../../config/validate.js';
import type { SettingError } from '../../config/config.errors.js';
import type { OutgoingMessage } from '../contract.js';
import { ProviderError, type FailureKind } from '../errors.js';
import { UgsmsProvider } from './provider.js';
import { UgsmsSettings } from './settings.js';

const ONE = { concurrency: 1 };

describe('the ugsms provider', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  beforeEach(() => {
    gateway.received.length = 0;
    gateway.behaviour = peer.accepts;
  });
  afterAll(() => gateway.stop());

  const byKey = (change: object = {}) => ({ ...peer.settings(gateway.url), ...change });
  const byPassword = (change: object = {}) => ({ ...passwordSettings(gateway.url), ...change });

  async function using<T>(settings: object, call: (provider: UgsmsProvider) => Promise<T>): Promise<T | string> {
    const provider = new UgsmsProvider(checked(UgsmsSettings, settings, 'settings', [])!, ONE);
    try {
      return await call(provider);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/secret|name-of-the-user/);
      return `${error.kind} ${error.code}`;
    } finally {
      await provider.close();
    }
  }

  const send = (settings: object, message: Partial<OutgoingMessage> = {}) =>
    using(settings, (provider) => provider.send(outgoingMessage({ to: '+256701234567', ...message }), inSeconds(5)));

  it('E12 posts user name and password in a form, and nothing of them in the address', async () => {
    expect(await send(byPassword(), { text: 'Zürich & 042137' })).toEqual({});
    const [{ method, url, text }] = gateway.received as [(typeof gateway.received)[0]];
    expect({ method, url }).toEqual({ method: 'POST', url: '/v1/sms/send' });
    expect(Object.fromEntries(new URLSearchParams(text))).toEqual({
      username: 'name-of-the-user',
      password: 'secret pass&word+1',
      numbers: '0701234567',
      message_body: 'Zürich & 042137',
      sender_id: 'Shop',
    });
  });

  it('E12 has no success without the right password', async () => {
    expect(await send(byPassword({ password: 'secret-of-another' }))).toBe('misconfigured unauthorized');
    expect(await send(byPassword(), { to: '+25670' })).toBe('bad_message invalid_phone_number');
  });

  it('E13 posts JSON with the key in its header', async () => {
    expect(await send(byKey(), { from: undefined })).toEqual(peer.accepted);
    const [received] = gateway.received;
    expect(received).toMatchObject({ method: 'POST', url: '/api/v2/sms/send' });
    expect(received!.headers['x-api-key']).toBe('secret-ugsms-key');
    expect(received!.body).toEqual({ numbers: '0701234567', message_body: outgoingMessage().text });
  });

  it('E13 takes an unknown key for a fault of the settings', async () => {
    expect(await send(byKey({ key: 'secret-of-another' }))).toBe('misconfigured api_key_required');
  });

  it.each([
    ['local', '+256701234567', '0701234567'],
    ['international', '+256701234567', '256701234567'],
    ['local', '+447700900123', '447700900123'],
  ])('writes %s numbers: %s as %s', async (numbers, to, written) => {
    await send(byKey({ numbers }), { to });
    expect(gateway.received[0]!.body.numbers).toBe(written);
  });

  it('sends from the step’s sender, else from the account’s', async () => {
    await send(byKey({ senderId: 'VERIFY' }), { from: 'STEP' });
    await send(byKey({ senderId: 'VERIFY' }), { from: undefined });
    expect(gateway.received.map(({ body }) => body.sender_id)).toEqual(['STEP', 'VERIFY']);
  });

  it('refuses what the vendor cannot carry, before any call', async () => {
    expect(await send(byKey(), { from: 'twelve-chars' })).toBe('bad_message sender_id_too_long');
    expect(await send(byKey({ maxParts: 1 }), { text: 'ж'.repeat(71) })).toBe('bad_message too_many_parts');
    expect(gateway.received).toEqual([]);
  });

  it.each<[number, unknown, FailureKind, string]>([
    [400, { error: 'Invalid phone number format.' }, 'bad_message', 'invalid_phone_number'],
    [401, { error: 'Unauthorized.' }, 'misconfigured', 'unauthorized'],
    [401, { error: 'API key is required', help: '…' }, 'misconfigured', 'api_key_required'],
    [402, { error: 'Insufficient balance.' }, 'quota', 'insufficient_balance'],
    [400, { success: false, message: 'Insufficient credit' }, 'quota', 'insufficient_balance'],
    [200, { success: false, message: 'Insufficient balance' }, 'quota', 'insufficient_balance'],
    [200, { success: false, message: 'No route for 0701234567' }, 'unknown', 'refused'],
    [200, { error: 'No route for 0701234567' }, 'unknown', 'refused'],
    [200, { error: { deep: true } }, 'unknown', 'refused'],
    [200, [], 'unknown', 'refused'],
    [429, { message: 'Too Many Attempts.' }, 'throttled', 'http_429'],
    [500, { message: 'Server Error' }, 'unreachable', 'http_500'],
    [400, null, 'bad_message', 'http_400'],
  ])('reads %i %j as %s', async (status, body, kind, code) => {
    gateway.behaviour = behaviours.answers(status, JSON.stringify(body));
    expect(await send(byKey())).toBe(`${kind} ${code}`);
    expect(await send(byPassword())).toBe(`${kind} ${code}`);
  });

  it.each(['', 'Message Sent Successfully.', 'null', '{"message":'])(
    'takes the 200 %j of the older call, which documents no body, for a success; of the newer one it is not sure',
    async (body) => {
      gateway.behaviour = behaviours.answers(200, body);
      expect(await send(byPassword())).toEqual({});
      expect(await send(byKey())).toBe('maybe_sent answer_is_not_json');
      gateway.behaviour = behaviours.answers(504, body);
      expect(await send(byPassword())).not.toEqual({});
    },
  );

  it('keeps no id that looks like anything else', async () => {
    gateway.behaviour = behaviours.answers(200, '{"success":true,"data":{"message_id":"sent to +256 701 234567"}}');
    expect(await send(byKey())).toEqual({});
  });

  describe('balance', () => {
    const balance = (settings: object) => using(settings, (provider) => provider.balance!(inSeconds(5)));

    it('is told by the vendor', async () => {
      expect(await balance(byKey())).toEqual({ amount: 990.5, currency: 'UGX' });
      expect(await balance(byKey({ key: 'secret-of-another' }))).toBe('misconfigured api_key_required');
    });

    it.each<[unknown, unknown]>([
      [{ balance: '12.50' }, { amount: 12.5 }],
      [{ balance: 0, currency: 'free text' }, { amount: 0 }],
      [{ balance: '' }, 'unknown no_balance'],
      [{ balance: 'much' }, 'unknown no_balance'],
      [{}, 'unknown no_balance'],
      [null, 'unknown no_balance'],
    ])('reads %j', async (data, expected) => {
      gateway.behaviour = behaviours.answers(200, JSON.stringify({ success: true, data }));
      expect(await balance(byKey())).toEqual(expected);
    });

    it('needs a key', () => {
      expect(new UgsmsProvider(checked(UgsmsSettings, byPassword(), '', [])!, ONE).balance).toBeUndefined();
    });
  });

  it.each<[string[], object]>([
    [['username', 'password'], {}],
    [['password'], { username: 'a' }],
    [['username'], { key: 'k', username: 'a' }],
    [['username', 'password'], { key: 'k', username: 'a', password: 'p' }],
    [['key'], { key: '' }],
    [['key'], { key: null }],
    [['senderId'], { key: 'k', senderId: null }],
    [['numbers'], { key: 'k', numbers: null }],
    [['senderId'], { key: 'k', senderId: 'twelve-chars' }],
    [['numbers'], { key: 'k', numbers: 'other' }],
    [['baseUrl'], { key: 'k', baseUrl: 'ugsms.com' }],
  ])('names %j as wrong at start', (names, settings) => {
    const errors: SettingError[] = [];
    checked(UgsmsSettings, settings, '', errors);
    expect([...new Set(errors.map(({ setting }) => setting))]).toEqual(names);
  });
});
