import type { Receipt, ReceiptRequest } from '../../src/providers/contract.js';
import type { FailureKind } from '../../src/providers/errors.js';
import { type Behaviour, behaviours } from '../support/gateway.js';
import { GENIQ_KEY, GENIQ_SECRET, GENIQ_TOKEN, GeniqVendor } from './geniq-vendor.js';
import type { Peer } from './peer.js';

export const CALLBACK_SECRET = 'geniq-callback-secret';

const vendor = new GeniqVendor();

const answer = (status: number, body: unknown): Behaviour =>
  behaviours.answers(status, JSON.stringify(body), { 'content-type': 'application/json' });

const refuses = (responseCode: string | number, status = 200): Behaviour =>
  answer(status, { responseCode, responseMessage: 'Words of GENIQ', reference: '' });

const messageId = '0c5b63cf-b41e-449c-a077-9124de0b87dc';
const about = { messageId };
const times = { messageTimestamp: '2026-01-05T10:00:06+08:00', operatorTimestamp: '2026-01-05T10:00:05+08:00' };

const post = (type: string, body: string): ReceiptRequest => ({
  method: 'POST',
  path: CALLBACK_SECRET,
  query: {},
  headers: { 'content-type': type },
  body,
});

/** As GENIQ reports an SMS. */
export const smsReport = (status: string, reasonCode = '0', id = messageId): ReceiptRequest => {
  const fields = { messageId: id, channel: 'sms', recipient: '14155550100', status, reasonCode, ...times };
  return post('application/x-www-form-urlencoded', new URLSearchParams(fields).toString());
};

/** As GENIQ reports a WhatsApp message. */
export const whatsappReport = (status: string, reasonCode: string | number = '0', id = messageId): ReceiptRequest =>
  post(
    'application/json',
    JSON.stringify({ messageId: id, channel: 'whatsapp', recipient: '14155550100', status, reasonCode, ...times }),
  );

const failed = (vendorStatus: string, kind: FailureKind, code: string): Receipt[] => [
  { about, status: 'failed', vendorStatus, error: { kind, code } },
];

const inbound = {
  messageId,
  type: 'text',
  originator: '6588880000',
  originatorName: 'Mark',
  recipient: '6598989898',
  body: 'Hi',
  ...times,
};

export const peer: Peer = {
  settings: (url) => ({
    baseUrl: `${url}/rest/v1/`,
    key: GENIQ_KEY,
    secret: GENIQ_SECRET,
    sms: { originator: 'Shop' },
    callbackSecret: CALLBACK_SECRET,
  }),
  secrets: [
    GENIQ_KEY,
    GENIQ_SECRET,
    GENIQ_TOKEN,
    CALLBACK_SECRET,
    Buffer.from(`${GENIQ_KEY}:${GENIQ_SECRET}`).toString('base64'),
  ],
  accepts: answer(200, {
    reference: 'order-42',
    responseMessage: 'Success',
    responseCode: '0',
    messageIds: ['e36ba3b8-db55-4eef-99e4-79f3e2422846', messageId],
  }),
  accepted: { messageId },
  carries: ({ method, url, text }, { to, text: message }) => {
    const form = new URLSearchParams(text);
    return (
      `${method} ${url}` === 'POST /rest/v1/sms' &&
      form.get('recipient') === to.slice(1) &&
      form.get('message') === message
    );
  },
  aside: vendor.giveToken,
  asksFirst: true,
  refuses: [
    ['no credit', refuses('6'), 'quota'],
    ['a code as number', refuses(6), 'quota'],
    ['no credit with a status', refuses('6', 402), 'quota'],
    ['a wrong number with a status that says less', refuses('11', 400), 'bad_recipient'],
    ['a blocked subscriber', refuses('15'), 'rejected'],
    ['a code that nobody knows', refuses('77'), 'unknown'],
    ['a code that nobody knows with a status', refuses('77', 500), 'unreachable'],
    ['a code that is none', refuses('OK'), 'unknown'],
    ['a negative code', refuses('-1'), 'unknown'],
    ['no code', answer(200, { messageIds: [messageId] }), 'unknown'],
    ['nothing', answer(200, {}), 'unknown'],
    ['a list', answer(200, [{ responseCode: '0' }]), 'unknown'],
    ['an error with the words of a success', refuses('0', 500), 'unreachable'],
  ],
  receipts: {
    genuine: [
      ['a delivered SMS', smsReport('delivered'), [{ about, status: 'delivered', vendorStatus: 'delivered' }]],
      ['an SMS on its way', smsReport('processed'), [{ about, status: 'sent', vendorStatus: 'processed' }]],
      ['an absent subscriber', smsReport('undeliverable', '8'), failed('undeliverable', 'unreachable', '8')],
      ['an unknown subscriber', smsReport('undeliverable', '5'), failed('undeliverable', 'bad_recipient', '5')],
      ['a rejected SMS', smsReport('rejected'), failed('rejected', 'rejected', 'rejected')],
      ['an expired SMS', smsReport('expired'), failed('expired', 'unknown', 'expired')],
      ['a deleted SMS', smsReport('deleted'), failed('deleted', 'unknown', 'deleted')],
      ['an SMS that GENIQ has lost', smsReport('unknown', '4'), failed('unknown', 'unknown', '4')],
      ['a WhatsApp message on its way', whatsappReport('sent'), [{ about, status: 'sent', vendorStatus: 'sent' }]],
      ['a delivered one', whatsappReport('delivered'), [{ about, status: 'delivered', vendorStatus: 'delivered' }]],
      ['a read one', whatsappReport('read'), [{ about, status: 'read', vendorStatus: 'read' }]],
      ['a failed one', whatsappReport('failed', 301), failed('failed', 'bad_message', '301')],
      [
        'one that was tried too often',
        whatsappReport('exceeded_retry', '0'),
        failed('exceeded_retry', 'unknown', 'exceeded_retry'),
      ],
      ['a reason that nobody knows', whatsappReport('failed', '999'), failed('failed', 'unknown', '999')],
      ['a reason that is none', whatsappReport('failed', 'DROP TABLE'), failed('failed', 'unknown', 'failed')],
      ['a word that nobody knows', smsReport('teleported'), []],
      ['a word of every object', smsReport('constructor'), []],
      ['no message', smsReport('delivered', '0', ''), []],
      ['a message of a person', post('application/json', JSON.stringify(inbound)), []],
      ['no words at all', post('application/json', 'null'), []],
      ['no JSON', post('application/json', '{"messageId":'), []],
    ],
    forged: [
      ['without the secret', { ...smsReport('delivered'), path: '' }],
      ['with another one', { ...smsReport('delivered'), path: 'geniq-callback-secreT' }],
      ['with part of it', { ...smsReport('delivered'), path: CALLBACK_SECRET.slice(0, -1) }],
      ['with more than it', { ...smsReport('delivered'), path: `${CALLBACK_SECRET}/` }],
      ['with it in the query', { ...smsReport('delivered'), path: '', query: { secret: CALLBACK_SECRET } }],
    ],
  },
};
