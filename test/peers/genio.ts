import type { ReceiptRequest } from '../../src/providers/contract.js';
import { behaviours, type Behaviour } from '../support/gateway.js';
import type { Peer } from './peer.js';

const TOKEN = 'token-of-the-ipn-address';
const FIELDS = ['api', 'custom', 'msg', 'to'];

const answers = (body: unknown) =>
  behaviours.answers(200, JSON.stringify(body), { 'content-type': 'application/json' });
const record = (code: unknown, response: unknown = '200') => ({ response, status_code: code });

/** As strict as the vendor: its own code for each field that is missing or wrong. */
const accepts: Behaviour = (received, response) => {
  const { method, url, headers, text } = received;
  const isCall = method === 'POST' && url === '/tools/api.pl';
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const answer = isCall && isForm ? answers(record(codeOf(new URLSearchParams(text)))) : behaviours.answers(404);
  answer(received, response);
};

function codeOf(form: URLSearchParams): string {
  if (form.get('api') !== 'secret-api-key') return '3';
  if (!form.get('to')) return '7';
  if (!form.get('msg')) return '8';
  const good = /^\+?\d+$/.test(form.get('to')!) && String([...form.keys()].sort()) === String(FIELDS);
  return good ? '2' : '5';
}

const ipn = (change: Record<string, string>, path = TOKEN): ReceiptRequest => ({
  method: 'POST',
  path,
  query: {},
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({
    status: 'RESULT_OK',
    status_code: '-1',
    id_smsout: '9',
    request_code: '1',
    pin: '000000',
    custom: 'att-77',
    ipn_type: 'DELIVERY',
    to: '447700900123',
    from: '447700900001',
    msg: 'hello',
    ...change,
  }).toString(),
});

const about = { attemptId: 'att-77' };

export const peer: Peer = {
  settings: (url) => ({ baseUrl: url, key: 'secret-api-key', callbackSecret: TOKEN }),
  secrets: ['secret-api-key', TOKEN],
  accepts,
  accepted: { status: 'ok_over_ip' },
  carries: ({ text }, { to, text: words }) => {
    const form = new URLSearchParams(text);
    return form.get('to') === to.replace('+', '00') && form.get('msg') === words;
  },
  refuses: [
    ['200 with an error inside', answers(record('9')), 'quota'],
    ['a good code beside another response', answers(record('1', '500')), 'unknown'],
    ['an empty list', answers([]), 'unknown'],
    ['a list of failures', answers([record('4'), record('9')]), 'misconfigured'],
    ['an error with the words of a success', behaviours.answers(500, JSON.stringify(record('1'))), 'unreachable'],
  ],
  receipts: {
    genuine: [
      ['sent', ipn({ ipn_type: 'SENT' }), [{ about, status: 'sent', vendorStatus: 'SENT:RESULT_OK' }]],
      ['delivered', ipn({}), [{ about, status: 'delivered', vendorStatus: 'DELIVERY:RESULT_OK' }]],
      [
        'not sent',
        ipn({ ipn_type: 'SENT', status: 'RESULT_ERROR', status_code: '4' }),
        [
          {
            about,
            status: 'failed',
            vendorStatus: 'SENT:RESULT_ERROR',
            error: { kind: 'unknown', code: 'result_4' },
          },
        ],
      ],
      [
        'not delivered, in odd words',
        ipn({ status: 'RESULT_ERROR', status_code: 'to 447700900123' }),
        [
          {
            about,
            status: 'failed',
            vendorStatus: 'DELIVERY:RESULT_ERROR',
            error: { kind: 'unknown', code: 'result_error' },
          },
        ],
      ],
      ['a type that nobody knows', ipn({ ipn_type: 'constructor' }), []],
      ['a status that nobody knows', ipn({ status: 'RESULT_MAYBE' }), []],
      ['one about nobody', ipn({ custom: '' }), []],
      ['nothing', { ...ipn({}), body: '' }, []],
      ['no words at all', { ...ipn({}), headers: { 'content-type': 'application/json' }, body: 'null' }, []],
    ],
    forged: [
      ['without the end of the address', ipn({}, '')],
      ['with another one', ipn({}, 'token-of-the-ipn-addres5')],
      ['with more behind it', ipn({}, `${TOKEN}/x`)],
    ],
  },
};
