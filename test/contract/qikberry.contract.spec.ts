import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { bics, qikberry } from '../../src/providers/qikberry/definition.js';
import { PRODUCTS } from '../peers/qikberry-calls.js';
import { ID, platform, TOKEN, WEBHOOK } from '../peers/qikberry-vendor.js';
import { PlatformAccounts, refusal } from '../support/platform-account.js';

const CODE = '042137';
const TO = '14155550100';
const ATTEMPT = '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1';

describe.each([
  { definition: qikberry, brand: { dlt: true, rcs: true }, service: 'T' },
  { definition: bics, brand: { dlt: false, rcs: false }, service: 'ENT' },
])('SMS through $definition.use', ({ definition, brand, service }) => {
  const sms = { sender: 'VERIFY', service };
  let vendor: PlatformAccounts;

  beforeAll(async () => {
    vendor = await PlatformAccounts.start(definition, platform(brand));
  });
  afterEach(() => {
    vendor.gateway.behaviour = platform(brand);
  });
  afterAll(() => vendor.stop());

  it('E5 goes to sms/send with the token, and gives data[0].id', async () => {
    const { url, body, headers, accepted } = await vendor.send({ sms }, { from: undefined });
    expect(url).toBe('/api/v2/sms/send');
    expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    const message = '042137 is your verification code.';
    expect(body).toEqual({ sender: 'VERIFY', to: [TO], message, service, type: 'A', custom: ATTEMPT });
    expect(accepted).toEqual({ messageId: ID, status: 'AWAITING-DLR' });
  });

  it('E5 has the step’s sender before the account’s, and the account’s webhook', async () => {
    const reports = { webhookId: WEBHOOK, signed: true };
    const { body } = await vendor.send({ sms, reports }, { from: 'SHOP' });
    expect(body).toMatchObject({ sender: 'SHOP', webhook_id: WEBHOOK });
  });

  it.each(PRODUCTS)('E5 is of the product %s', async (product) => {
    const { body } = await vendor.send({ sms: { ...sms, service: product } });
    expect(body).toMatchObject({ service: product });
  });

  it('E7 has max_units, flash and port', async () => {
    const { body } = await vendor.send({ sms: { ...sms, maxUnits: 2, flash: true, port: 16_001 } });
    expect(body).toMatchObject({ max_units: 2, flash: 1, port: '16001' });
  });

  it.each([
    ['an alias', { alias: 'login' }],
    ['an id', { id: '77' }],
  ])('E8 is a stored template with %s and the code in data', async (_, which) => {
    const { url, body, accepted } = await vendor.send({ sms: { template: { ...which, data: { otp: '{{code}}' } } } });
    expect(url).toBe('/api/v2/sms/send/template');
    const meta = { foreign_id: ATTEMPT };
    expect(body).toEqual({ ...which, recipient: { to: [TO] }, data: { otp: CODE }, meta });
    expect(accepted.messageId).toBe(ID);
  });

  it('E9 goes through the channels API', async () => {
    const { url, body } = await vendor.send({ sms: { ...sms, api: 'channels', maxUnits: 3 } }, { text: 'Code 042137' });
    expect(url).toBe('/api/v2/sms/message/send');
    const meta = { service, foreign_id: ATTEMPT, type: 'A', max_units: 3 };
    expect(body).toEqual({
      channels: [{ name: 'sms', from: 'Shop', meta }],
      recipient: { to: [TO] },
      message: { type: 'text', payload: { text: 'Code 042137' } },
    });
  });

  it.each([
    ['Ваш код 042137', undefined, 'U'],
    ['Your code: 042137', undefined, 'A'],
    ['Your code: 042137', 'N', 'N'],
    ['Ваш код 042137', 'A', 'A'],
  ])('E14 sends %j of the type %s as %s', async (text, type, sent) => {
    expect((await vendor.send({ sms: { ...sms, type } }, { text })).body).toMatchObject({
      message: text,
      type: sent,
    });
  });

  it('E14 counts Cyrillic parts by 70 and 67, and sends no more than are paid for', async () => {
    const settings = { sms: { ...sms, maxUnits: 2 } };
    expect((await vendor.send(settings, { text: 'ж'.repeat(134) })).body).toMatchObject({ type: 'U' });
    const { length } = vendor.gateway.received;
    const refused = { kind: 'bad_message', code: 'too_many_parts' };
    await expect(vendor.send(settings, { text: 'ж'.repeat(135) })).rejects.toMatchObject(refused);
    const plain = { kind: 'bad_message', code: 'text_needs_unicode' };
    await expect(vendor.send({ sms: { ...sms, type: 'N' } }, { text: 'ж' })).rejects.toMatchObject(plain);
    expect(vendor.gateway.received).toHaveLength(length);
  });

  it('E14 counts 7-bit letters as Unicode where the settings have them written so', async () => {
    const settings = { sms: { ...sms, type: 'U', maxUnits: 2 } };
    expect((await vendor.send(settings, { text: 'a'.repeat(134) })).body).toMatchObject({ type: 'U' });
    const refused = { kind: 'bad_message', code: 'too_many_parts' };
    await expect(vendor.send(settings, { text: 'a'.repeat(135) })).rejects.toMatchObject(refused);
  });

  it.each(['notallowed', 'NOTALLOWED', 'OPTOUT-REJ'])('F14 %s inside a 200 is a refusal', async (word) => {
    vendor.gateway.behaviour = platform(brand, { word });
    await expect(vendor.send({ sms })).rejects.toMatchObject({ kind: 'rejected', code: word });
  });

  it('takes a message whose word is in no table, since the envelope says so', async () => {
    vendor.gateway.behaviour = platform(brand, { word: 'WAITING FOR +14155550100' });
    expect((await vendor.send({ sms })).accepted).toEqual({ messageId: ID, status: 'WAITING_FOR_#' });
  });
});

it('E6 DLT ids are Qikberry’s alone', async () => {
  const vendor = await PlatformAccounts.start(qikberry, platform({ dlt: true, rcs: true }));
  const sms = { sender: 'VERIFY', service: 'T', entityId: '1101', templateId: '1107' };
  const ids = { entity_id: '1101', template_id: '1107' };
  expect((await vendor.send({ sms })).body).toMatchObject(ids);
  const through = await vendor.send({ sms: { ...sms, api: 'channels' } });
  expect(through.body.channels).toMatchObject([{ meta: ids }]);
  const unknown = ['sms.entityId: is not a known setting', 'sms.templateId: is not a known setting'];
  expect(refusal('bics', { sms: { ...sms, service: 'ENT' } })).toEqual(unknown);
  await vendor.stop();
});
