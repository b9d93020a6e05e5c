import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bics, qikberry } from '../../src/providers/qikberry/definition.js';
import { platform, WEBHOOK } from '../peers/qikberry-vendor.js';
import { inSeconds } from '../support/messages.js';
import { PlatformAccounts, refusal } from '../support/platform-account.js';

describe.each([
  { definition: qikberry, brand: { dlt: true, rcs: true }, service: 'T' },
  { definition: bics, brand: { dlt: false, rcs: false }, service: 'ENT' },
])('accounts through $definition.use', ({ definition, brand, service }) => {
  const sms = { sender: 'VERIFY', service };
  let vendor: PlatformAccounts;

  beforeAll(async () => {
    vendor = await PlatformAccounts.start(definition, platform(brand));
  });
  afterAll(() => vendor.stop());

  it.each([
    ['an image', { whatsapp: { from: '1', template: { name: 'x' }, image: 'x' } }, 'whatsapp.image'],
    ['media in the header', { whatsapp: { from: '1', template: { name: 'x', header: { url: 'x' } } } }, 'header'],
    ['interactive Viber', { viber: { from: '1', interactive: {} } }, 'viber.interactive'],
    ['a template without the code', { viber: { from: '1', template: { alias: 'x', data: { a: 'b' } } } }, 'data'],
    ['parameters without the code', { whatsapp: { from: '1', template: { name: 'x', body: ['b'] } } }, 'body'],
    ['WhatsApp without a template', { whatsapp: { from: '1' } }, 'whatsapp.template: must be set, unless session'],
    ['reports without a proof', { reports: { webhookId: WEBHOOK } }, 'reports.signed: must be true'],
    ['signed reports without a webhook', { reports: { signed: true } }, 'reports.signed: must be true'],
    ['reports with an empty secret', { reports: { secret: null } }, 'reports.secret: must be'],
    ['reports with an empty proof', { reports: { secret: null } }, 'reports.signed: must be true'],
    ['an empty webhook that signs', { reports: { signed: true, webhookId: null } }, 'reports.signed: must be true'],
    ['four parts', { sms: { ...sms, maxUnits: 4 } }, 'sms.maxUnits'],
    ['SMS without a sender', { sms: { service } }, 'sms.sender'],
  ])('F13 is refused at start with %s', (_, settings, why) => {
    expect(refusal(definition.use, settings).join()).toContain(why);
  });

  it('is refused at start on a channel that its settings say nothing of', () => {
    const routes = { viber: { default: ['main'] }, sms: { default: ['main'] } };
    expect(refusal(definition.use, { sms }, { routes })).toEqual([
      'routes.viber.default: the account main does not carry viber',
    ]);
  });

  it('tells the credits of the product that it sends with', async () => {
    const amount = service === 'T' ? 1_201.5 : 88;
    const balance = vendor.make({ sms, voice: { bridge: '1' } }).balance!(inSeconds(5));
    expect(await balance).toEqual({ amount, currency: 'credits' });
    const calls = vendor.make({ voice: { bridge: '1' } }).balance!(inSeconds(5));
    expect(await calls).toEqual({ amount: 3.25, currency: 'credits' });
    const none = vendor.make({ viber: { from: '1' } }).balance!(inSeconds(5));
    await expect(none).rejects.toMatchObject({ kind: 'unknown', code: 'no_balance' });
  });
});
