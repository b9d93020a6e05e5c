import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ReceiptRequest } from '../../src/providers/contract.js';
import { behaviours, type Behaviour, type Received } from '../support/gateway.js';
import type { Peer } from './peer.js';
import { callsOf, type Brand } from './qikberry-calls.js';

export const TOKEN = 'token-of-the-dashboard';
export const SECRET = 'secret-of-the-webhook';
export const WEBHOOK = '1b2c0000-aaaa-4bbb-8ccc-0123456789ab';
export const KEY = 'key-of-the-handshake';
/** The vendor's id of every message that it takes. */
export const ID = '1a77c0de-0000-4000-8000-00000000cafe:1';

const PULLS = /^(sms\/status|(whatsapp|viber|rcs)\/message\/status|outgoing\/callstatus)$/;

interface Answers {
  /** The entry's own word, in the place of the usual one. */
  readonly word?: string;
  /** What the status calls say. */
  readonly status?: string;
  /** Messages with an id each, in the place of one and the same. */
  readonly ids?: (received: Received) => string;
}

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const refuse = (response: ServerResponse, code: number, message: string): void => {
  reply(response, code, { status: 'ERROR', code, message });
};

/** The platform at `<url>/api/v2/`: checks each request by the documented fields, and answers as documented. */
export function platform(brand: Brand, { word, status = 'ENROUTE', ids = () => ID }: Answers = {}): Behaviour {
  const calls = callsOf(brand);
  return (received, response) => {
    const { method, url, headers, text } = received;
    const { pathname, searchParams } = new URL(url, 'http://vendor');
    const path = pathname.replace(/^\/api\/v2\//, '');
    if (headers.authorization !== `Bearer ${TOKEN}`) {
      refuse(response, 401, 'Unauthenticated');
      return;
    }
    if (headers.accept !== 'application/json') {
      refuse(response, 400, 'Accept');
      return;
    }
    if (method === 'GET' && path === 'finance/balance') {
      reply(response, 200, { status: 'OK', data: BALANCE });
      return;
    }
    if (method === 'GET' && PULLS.test(path) && (brand.rcs || !path.startsWith('rcs'))) {
      const entry = { id: searchParams.get('id'), status };
      reply(response, 200, { status: '200', data: [{ id: 'another', status: 'DELIVRD' }, entry] });
      return;
    }
    const call = method === 'POST' ? calls.get(path) : undefined;
    if (!call) {
      refuse(response, 404, 'Not found');
      return;
    }
    const fields: unknown = headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined;
    if (!call.check(fields)) {
      refuse(response, 422, call.check.errors?.map((error) => `${error.instancePath} ${error.message}`).join() ?? '');
      return;
    }
    const entry = { id: ids(received), status: word ?? call.word, credits: 1 };
    reply(response, 200, { status: call.status, message: call.message, data: [entry] });
  };
}

const BALANCE = [
  { service: 'P', name: 'Promotional', postpaid: 0, credits: '7', charges: '0' },
  { service: 'VOC', name: 'Voice', postpaid: 0, credits: '3.25', charges: '0' },
  { service: 'T', name: 'Transactional', postpaid: 0, credits: '1201.5', charges: '0' },
  { service: 'ENT', name: 'Enterprise', postpaid: 0, credits: 88, charges: '0' },
];

/** A webhook's call, with its secret. */
export const report = (body: unknown, change: Partial<ReceiptRequest> = {}): ReceiptRequest => ({
  method: 'POST',
  path: '',
  query: {},
  headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
  ...change,
});

export const sign = (body: string, key = WEBHOOK): string => createHmac('sha256', key).update(body).digest('hex');

const json = (status: number, body: unknown) =>
  behaviours.answers(status, JSON.stringify(body), { 'content-type': 'application/json' });

const about = { messageId: ID };
const attemptId = '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1';
const sms = (payload: object) => ({ event: 'sms:message:status', payload: { mobile: '14155550100', ...payload } });

/** What the contract asks of either brand. */
export function peerOf(brand: Brand, service: string): Peer {
  const handshake = { validation_key: KEY, challenge: 'z' };
  return {
    settings: (url) => ({
      baseUrl: `${url}/api/v2/`,
      token: TOKEN,
      sms: { sender: 'VERIFY', service },
      reports: { secret: SECRET, webhookId: WEBHOOK, validationKey: KEY },
    }),
    secrets: [TOKEN, SECRET, WEBHOOK, KEY],
    accepts: platform(brand),
    accepted: { messageId: ID, status: 'AWAITING-DLR' },
    carries: ({ text }, message) => {
      const body = JSON.parse(text) as { to: string[]; message: string };
      return body.to[0] === message.to.slice(1) && body.message === message.text;
    },
    refuses: [
      ['a blocked recipient in a 200', platform(brand, { word: 'notallowed' }), 'rejected'],
      ['an error in a 200', json(200, { status: 'ERROR', message: 'no' }), 'unknown'],
      ['an error with a code in a 200', json(200, { status: 'ERROR', code: 422, message: 'no' }), 'bad_message'],
      ['a status as a number', json(200, { status: 401, message: 'Unauthenticated' }), 'misconfigured'],
      ['a 200 without data', json(200, { status: 'OK', data: [] }), 'unknown'],
      ['a 200 without an id', json(200, { status: 'OK', data: [{ status: 'queued' }] }), 'unknown'],
      ['a 200 with an id that is none', json(200, { status: 'OK', data: [{ id: 'x'.repeat(200) }] }), 'unknown'],
      ['an error with the words of a success', json(500, { status: 'OK', data: [{ id: ID }] }), 'unreachable'],
    ],
    statuses: { 409: 'throttled' },
    receipts: {
      genuine: [
        [
          'G1 wrapped',
          report(sms({ id: ID, status: 'DELIVRD' })),
          [{ about, status: 'delivered', vendorStatus: 'DELIVRD' }],
        ],
        [
          'G1 flat',
          report({ id: ID, mobile: '14155550100', status: 'DELIVRD', credits: '1.0000', units: 1, custom: '' }),
          [{ about, status: 'delivered', vendorStatus: 'DELIVRD' }],
        ],
        [
          'our reference',
          report(sms({ id: ID, status: 'DELIVRD', custom: attemptId })),
          [{ about: { attemptId }, status: 'delivered', vendorStatus: 'DELIVRD' }],
        ],
        [
          'G6 the vendor’s words',
          report(sms({ id: ID, status: 'ABSENT-SUB' })),
          [
            {
              about,
              status: 'failed',
              vendorStatus: 'ABSENT-SUB',
              error: { kind: 'unreachable', code: 'ABSENT-SUB' },
            },
          ],
        ],
        ['a message on its way', report(sms({ id: ID, status: 'ENROUTE' })), []],
        ['no words at all', report([]), []],
      ],
      forged: [
        ['G10 without the secret', report(sms({ id: ID, status: 'DELIVRD' }), { headers: {} })],
        ['G10 with another one', report({}, { headers: { authorization: 'Bearer guessed' } })],
        ['G9 with another key', report(handshake, { query: { token: 'guessed' } })],
        ['G9 with another key inside', report({ ...handshake, validation_key: 'x' }, { query: { token: KEY } })],
        ['G9 without the secret', report(handshake, { query: { token: KEY }, headers: {} })],
      ],
    },
  };
}
