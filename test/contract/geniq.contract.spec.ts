import { describe, expect, it } from '@jest/globals';
import type { OutgoingMessage } from '../../src/providers/contract.js';
import { smsReport } from '../peers/geniq.js';
import { GENIQ_TOKEN } from '../peers/geniq-vendor.js';
import { behaviours } from '../support/gateway.js';
import { failureOf, GeniqBench, sendOver } from '../support/geniq.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';

const bench = GeniqBench.use();
const MESSAGE = { recipient: '14155550100', reference: outgoingMessage().attemptId };

describe('geniq: SMS', () => {
  it('E1 asks for a token with Basic, sends a form with it, and uses it again', async () => {
    const main = bench.account();
    const { messageId } = await sendOver(main);
    await sendOver(main);
    expect(bench.calls()).toEqual(['POST token', 'POST sms', 'POST sms']);
    expect(bench.bearers()).toEqual([`${GENIQ_TOKEN}.1`, `${GENIQ_TOKEN}.1`]);
    expect(bench.vendor.taken[0]).toEqual({
      path: 'sms',
      messageId,
      fields: {
        ...MESSAGE,
        originator: 'Shop',
        originatorTon: 'auto',
        message: '042137 is your verification code.',
        dataCoding: 'text',
        validity: '300',
      },
    });
  });

  it.each(['20', '23'])('E2 gets a new token on code %s and sends once more', async (code) => {
    const main = bench.account();
    await sendOver(main);
    bench.vendor.refusals.push({ code: Number(code), status: 200 });
    await sendOver(main);
    expect(bench.calls()).toEqual(['POST token', 'POST sms', 'POST sms', 'POST token', 'POST sms']);
    expect(bench.bearers().map((token) => token.at(-1))).toEqual(['1', '1', '2']);
    expect(bench.vendor.taken).toHaveLength(2);
  });

  it('E2 gives up when the new token is refused as well', async () => {
    bench.vendor.refusals.push({ code: 23, status: 401 }, { code: 20, status: 401 });
    expect(await failureOf(sendOver(bench.account()))).toMatchObject({ kind: 'misconfigured', code: '20' });
    expect(bench.calls()).toEqual(['POST token', 'POST sms', 'POST token', 'POST sms']);
    expect(bench.vendor.taken).toEqual([]);
  });

  it('E2 does not get a token for any other code', async () => {
    bench.vendor.refusals.push({ code: 88, status: 200 });
    expect(await failureOf(sendOver(bench.account()))).toMatchObject({ kind: 'unreachable', code: '88' });
    expect(bench.calls()).toEqual(['POST token', 'POST sms']);
  });

  it('E3 fails with GENIQ’s code', async () => {
    bench.vendor.refusals.push({ code: 6, status: 200 });
    expect(await failureOf(sendOver(bench.account()))).toMatchObject({ kind: 'quota', code: '6' });
  });

  it('E4 sends type of sender, coding and the code’s life as configured', async () => {
    const main = bench.account({
      sms: { originator: '+6591234567', originatorTon: 'international', dataCoding: 'auto' },
    });
    await sendOver(main, { from: undefined, ttl: 42 });
    expect(bench.vendor.taken[0]!.fields).toMatchObject({
      originator: '6591234567',
      originatorTon: 'international',
      dataCoding: 'auto',
      validity: '42',
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a name of 12 letters', { sms: { originator: 'TwelveLetter' } }, 'sms.originator'],
    ['a number of 16 digits', { sms: { originator: '1234567890123456' } }, 'sms.originator'],
    [
      'a number of 12 digits as a name',
      { sms: { originator: '123456789012', originatorTon: 'alpha' } },
      'sms.originator',
    ],
    ['a name as a number', { sms: { originator: 'Shop', originatorTon: 'national' } }, 'sms.originator'],
    ['no sender', { sms: { originator: '' } }, 'sms.originator'],
    ['a caller with a name', { voice: { originator: 'Shop' } }, 'voice.originator'],
    ['another type of sender', { sms: { originatorTon: 'short' } }, 'sms.originatorTon'],
    ['another coding', { sms: { dataCoding: 'binary' } }, 'sms.dataCoding'],
    ['nothing below a name', { sms: null }, 'sms'],
    ['a key with a colon', { key: 'key:secret' }, 'key'],
    ['an address that is none', { baseUrl: 'api.geniq.io' }, 'baseUrl'],
    ['a short callback secret', { callbackSecret: 'guess' }, 'callbackSecret'],
    ['a voice that GENIQ does not have', { voice: { locale: 'nl-NL' } }, 'voice.locale'],
    ['a setting that nobody knows', { sms: { sender: 'Shop' } }, 'sms.sender'],
  ])('E4 does not start with %s', (_, change, setting) => {
    expect(bench.wrongSettings(change)).toEqual([setting]);
  });

  it.each<[string, Partial<OutgoingMessage>, string]>([
    ['a sender of 12 letters', { from: 'TwelveLetter' }, 'bad_originator'],
    ['a caller with a name', { from: 'Shop', channel: 'voice' }, 'bad_originator'],
    ['no sender', { from: undefined }, 'no_originator'],
    ['a text of more parts than are paid for', { text: 'ж'.repeat(269) }, 'too_many_parts'],
    [
      'a text that is too long to be read',
      { text: 'x'.repeat(601), channel: 'voice', from: undefined },
      'text_too_long',
    ],
  ])('E4 refuses %s without any call', async (_, change, code) => {
    const main = bench.account({ sms: {} });
    expect(await failureOf(sendOver(main, change))).toMatchObject({ kind: 'bad_message', code });
    expect(bench.gateway.received).toEqual([]);
  });

  it.each([
    ['Код 042137', 'unicode'],
    ['042137 ist Ihr Bestätigungscode. €', 'text'],
    ['042137 🔐', 'unicode'],
  ])('E14 writes %j as %s', async (text, dataCoding) => {
    await sendOver(bench.account(), { text });
    expect(bench.vendor.taken[0]!.fields).toMatchObject({ message: text, dataCoding });
  });

  it('E14 counts 7-bit letters as Unicode where the settings have them written so', async () => {
    const main = bench.account({ sms: { originator: 'Shop', dataCoding: 'unicode', maxParts: 1 } });
    await sendOver(main, { text: 'a'.repeat(70) });
    expect(await failureOf(sendOver(main, { text: 'a'.repeat(71) }))).toMatchObject({ code: 'too_many_parts' });
    expect(bench.vendor.taken).toHaveLength(1);
  });

  it('E14 refuses what the 7-bit letters would spoil', async () => {
    const main = bench.account({ sms: { originator: 'Shop', dataCoding: 'text' } });
    const refused = { kind: 'bad_message', code: 'text_needs_unicode' };
    expect(await failureOf(sendOver(main, { text: 'Код 042137' }))).toMatchObject(refused);
    expect(bench.gateway.received).toEqual([]);
  });

  it('E14 sends what fits into the parts that are paid for, as one message', async () => {
    await sendOver(bench.account({ sms: { originator: 'Shop', maxParts: 2 } }), { text: 'ж'.repeat(134) });
    expect(bench.vendor.taken).toHaveLength(1);
  });
});

describe('geniq: the account', () => {
  it('A18 tells its balance', async () => {
    expect(await bench.account().balance!(inSeconds(20))).toEqual({ amount: 12.5, currency: 'SGD' });
  });

  it.each([
    ['as text', { balance: '7.25', currency: 'EUR' }, { amount: 7.25, currency: 'EUR' }],
    ['without currency', { balance: 0 }, { amount: 0, currency: undefined }],
  ])('A18 reads a balance %s', async (_, fields, expected) => {
    bench.gateway.aside = bench.vendor.giveToken;
    bench.gateway.behaviour = behaviours.answers(200, JSON.stringify({ responseCode: '0', ...fields }));
    expect(await bench.account().balance!(inSeconds(20))).toEqual(expected);
  });

  it.each([{}, { balance: '' }, { balance: null }, { balance: 'much' }])(
    'A18 knows no balance in %j',
    async (fields) => {
      bench.gateway.aside = bench.vendor.giveToken;
      bench.gateway.behaviour = behaviours.answers(200, JSON.stringify({ responseCode: '0', ...fields }));
      expect(await failureOf(bench.account().balance!(inSeconds(20)))).toMatchObject({
        kind: 'unknown',
        code: 'no_balance',
      });
    },
  );

  it('G10 takes no reports without a secret address', () => {
    const { parseReceipt } = bench.account({ callbackSecret: undefined }) as { parseReceipt?: unknown };
    expect(parseReceipt).toBeUndefined();
    expect(bench.account().parseReceipt!(smsReport('delivered'))).toHaveLength(1);
  });
});
