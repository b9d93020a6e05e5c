import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel, Receipt } from '../../src/providers/contract.js';
import { qikberry } from '../../src/providers/qikberry/definition.js';
import { behaviours, type Behaviour } from '../support/gateway.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { PlatformAccounts } from '../support/platform-account.js';
import { until } from '../support/wait.js';
import { ID, platform, report, SECRET } from '../peers/qikberry-vendor.js';

const BRAND = { dlt: true, rcs: true };
const SETTINGS = {
  sms: { sender: 'VERIFY', service: 'T' },
  whatsapp: { from: '447700900001', template: { name: 'login' } },
  viber: { from: 'acct' },
  rcs: { from: 'agent' },
  voice: { bridge: '442079460000' },
  reports: { secret: SECRET },
  pullAfter: 0.2,
};

describe('G12 the status of a message without a report', () => {
  let vendor: PlatformAccounts;
  const received: Receipt[] = [];
  const { attemptId } = outgoingMessage();

  beforeEach(async () => {
    received.length = 0;
    vendor = await PlatformAccounts.start(qikberry, platform(BRAND));
  });
  afterEach(() => vendor.stop());

  const asked = (): string[] =>
    vendor.gateway.received.filter(({ method }) => method === 'GET').map(({ url }) => url.replace('/api/v2/', ''));

  /** Sends over these channels, from a vendor that then behaves like this. */
  async function send(channels: Channel[], then: Behaviour) {
    const provider = vendor.make(SETTINGS, (receipt) => {
      received.push(receipt);
      return Promise.resolve();
    });
    for (const [i, channel] of channels.entries()) {
      const message = outgoingMessage({ channel, from: undefined, attemptId: attemptId.replace(/1$/, String(i)) });
      await provider.send(message, inSeconds(5));
    }
    vendor.gateway.behaviour = then;
    return provider;
  }

  it('is asked for, on each channel where the vendor tells it', async () => {
    await send(['sms', 'whatsapp', 'viber', 'rcs', 'voice'], platform(BRAND, { status: 'EXPIRED' }));
    await until('five answers', () => received.length === 5);
    const id = `id=${encodeURIComponent(ID)}`;
    const paths = ['sms/status', 'whatsapp/message/status', 'viber/message/status', 'rcs/message/status'];
    expect(asked().toSorted()).toEqual([...paths, 'outgoing/callstatus'].map((path) => `${path}?${id}`).toSorted());
    expect(received).toContainEqual({
      about: { attemptId: attemptId.replace(/1$/, '0') },
      status: 'failed',
      vendorStatus: 'EXPIRED',
      error: { kind: 'unreachable', code: 'EXPIRED' },
    });
  });

  it.each<[string, Behaviour]>([
    ['it is still on its way', platform(BRAND, { status: 'ENROUTE' })],
    ['the vendor is out of order', behaviours.answers(503)],
    ['the vendor talks nonsense', behaviours.answers(200, '<html>')],
    [
      'the vendor knows another message',
      behaviours.answers(200, '{"status":"OK","data":[{"id":"x","status":"READ"}]}'),
    ],
  ])('is asked for three times and then left to the step’s wait, while %s', async (_, then) => {
    await send(['sms'], then);
    await until('the third question', () => asked().length === 3);
    expect(received).toEqual([]);
  });

  it('is asked for again until it has an end', async () => {
    const [early, late] = ['SCHEDULED', 'DELIVERED'].map((status) => platform(BRAND, { status }));
    await send(['sms'], (...call) => {
      (asked().length === 1 ? early! : late!)(...call);
    });
    await until('its answer', () => received.length === 1);
    expect(received).toMatchObject([{ status: 'delivered' }]);
    expect(asked()).toHaveLength(2);
  });

  it('is not asked for once a report has come, by either id, nor after the end of the account', async () => {
    const statusOf = (fields: object) => report({ mobile: '1', status: 'DELIVRD', ...fields });
    const first = await send(['sms'], platform(BRAND));
    first.parseReceipt!(statusOf({ custom: attemptId.replace(/1$/, '0') }));
    const second = await send(['sms'], platform(BRAND));
    second.parseReceipt!(statusOf({ id: ID }));
    const closed = await send(['sms'], platform(BRAND));
    await vendor.end(closed);
    // Sent last, so what the others would ask comes before its answer.
    await send(['whatsapp'], platform(BRAND, { status: 'read' }));
    await until('the answer to the last one', () => received.length === 1);
    expect(asked()).toEqual([`whatsapp/message/status?id=${encodeURIComponent(ID)}`]);
  });
});
