import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { peer } from '../../../test/peers/genio.js';
import { behaviours, Gateway } from '../../../test/support/gateway.js';
import { inSeconds, outgoingMessage } from '../../../test/support/messages.js';
import { checked } from '../../config/validate.js';
import type { SettingError } from '../../config/config.errors.js';
import type { Accepted, OutgoingMessage } from '../contract.js';
import { ProviderError, type FailureKind } from '../errors.js';
import { GenioProvider } from './provider.js';
import { GenioSettings } from './settings.js';

const ONE = { concurrency: 1 };

describe('the genio provider', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  beforeEach(() => {
    gateway.received.length = 0;
    gateway.behaviour = peer.accepts;
  });
  afterAll(() => gateway.stop());

  const settings = (change: object = {}, errors: SettingError[] = []): GenioSettings =>
    checked(GenioSettings, { ...peer.settings(gateway.url), ...change }, 'settings', errors)!;

  async function send(change: object = {}, message: Partial<OutgoingMessage> = {}): Promise<Accepted | string> {
    const provider = new GenioProvider(settings(change), ONE);
    try {
      return await provider.send(outgoingMessage(message), inSeconds(5));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return `${error.kind} ${error.code}`;
    } finally {
      await provider.close();
    }
  }

  const answered = (answer: unknown) => {
    gateway.behaviour = behaviours.answers(200, JSON.stringify(answer));
    return send();
  };

  it('E10 posts the form, with our id to find the IPN by', async () => {
    const text = `"ä" & 100% + 1 = ☎ 042137`;
    expect(await send({}, { to: '+447700900123', text })).toEqual({ status: 'ok_over_ip' });
    const [received] = gateway.received;
    expect(received).toMatchObject({
      method: 'POST',
      url: '/tools/api.pl',
      headers: { 'user-agent': 'GenioSmsBot/1.0 (+http://api.geniosms.net)' },
    });
    expect([...new URLSearchParams(received!.text)]).toEqual([
      ['api', 'secret-api-key'],
      ['to', '00447700900123'],
      ['msg', text],
      ['custom', outgoingMessage().attemptId],
    ]);
  });

  it.each<[string, string]>([
    ['00', '00447700900123'],
    ['+', '+447700900123'],
    ['', '447700900123'],
  ])('dials with %j', async (numberPrefix, dialled) => {
    await send({ numberPrefix }, { to: '+447700900123' });
    expect(new URLSearchParams(gateway.received[0]!.text).get('to')).toBe(dialled);
  });

  it.each<[unknown, string]>([
    ['1', 'ok_ip'],
    [1, 'ok_ip'],
    ['2', 'ok_over_ip'],
    [2, 'ok_over_ip'],
  ])('E10 takes the status code %j for a success', async (code, status) => {
    expect(await answered({ response: '200', status_code: code })).toEqual({ status });
    expect(await answered({ response: 200, 'status code': code })).toEqual({ status });
  });

  it.each<[unknown, FailureKind, string]>([
    ['3', 'misconfigured', 'api_key_error'],
    ['4', 'misconfigured', 'unauthorized_ip'],
    ['5', 'bad_message', 'param_error'],
    ['6', 'misconfigured', 'token_or_id_device_error'],
    ['7', 'bad_message', 'missing_to_number'],
    ['8', 'bad_message', 'missing_msg'],
    ['9', 'quota', 'balance_error'],
    [9, 'quota', 'balance_error'],
    ['10', 'unknown', 'status_code_10'],
    ['0', 'unknown', 'status_code_0'],
    ['constructor', 'unknown', 'no_status_code'],
    ['042137', 'unknown', 'no_status_code'],
    [undefined, 'unknown', 'no_status_code'],
    [{}, 'unknown', 'no_status_code'],
  ])('E10 takes the status code %j for a failure', async (code, kind, word) => {
    expect(await answered({ response: '200', status_code: code })).toBe(`${kind} ${word}`);
  });

  it('E11 needs one phone of several', async () => {
    const bad = { response: '200', status_code: '6' };
    expect(await answered([bad, { response: '200', status_code: '1' }, null])).toEqual({ status: 'ok_ip' });
    expect(await answered([null, { response: 200, status_code: 2 }])).toEqual({ status: 'ok_over_ip' });
    expect(await answered([bad, { response: '200', status_code: '9' }])).toBe('misconfigured token_or_id_device_error');
    expect(await answered([{ response: '500', status_code: '1' }, bad])).toBe('unknown response_500');
    expect(await answered({ status_code: '1' })).toBe('unknown response_missing');
    expect(await answered([])).toBe('unknown no_status_code');
  });

  it('E14 refuses a text that costs too much, before any call', async () => {
    expect(await send({}, { text: 'ж'.repeat(268) })).toEqual({ status: 'ok_over_ip' });
    expect(await send({}, { text: 'ж'.repeat(269) })).toBe('bad_message too_many_parts');
    expect(await send({ maxParts: 1 }, { text: 'a'.repeat(161) })).toBe('bad_message too_many_parts');
    expect(gateway.received).toHaveLength(1);
  });

  it('takes no IPN without a secret for it', () => {
    const { callbackSecret, ...without } = settings();
    expect(new GenioProvider({ ...without, callbackSecret }, ONE).parseReceipt).toBeDefined();
    expect(new GenioProvider(without, ONE).parseReceipt).toBeUndefined();
  });

  it.each<[string, object]>([
    ['key', { key: '' }],
    ['baseUrl', { baseUrl: 'https://geniosms.net/tools' }],
    ['numberPrefix', { numberPrefix: '0' }],
    ['numberPrefix', { numberPrefix: null }],
    ['maxParts', { maxParts: 0 }],
    ['maxParts', { maxParts: null }],
    ['callbackSecret', { callbackSecret: 'short' }],
    ['callbackSecret', { callbackSecret: 'no/slashes/in/a/secret' }],
  ])('refuses a wrong %s at start', (name, change) => {
    const errors: SettingError[] = [];
    settings(change, errors);
    expect(new Set(errors.map(({ setting }) => setting))).toEqual(new Set([`settings.${name}`]));
  });
});
