import type { ReceiptRequest } from '../../src/providers/contract.js';
import { behaviours } from '../support/gateway.js';
import type { Peer } from './peer.js';

const json = (status: number, body: unknown) =>
  behaviours.answers(status, JSON.stringify(body), { 'content-type': 'application/json' });

const about = { messageId: 'm-1' };

const receipt = (body: unknown): ReceiptRequest => ({
  method: 'POST',
  path: '',
  query: {},
  headers: { authorization: 'Bearer secret-of-receipts', 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** A gateway as operators have them: takes JSON, gives an id, and says in the body when it refuses. */
export const peer: Peer = {
  settings: (url) => ({
    url: `${url}/send?key=secret-in-the-address`,
    headers: { authorization: 'Bearer secret-in-a-header' },
    body: { to: '{{to}}', text: '{{text}}', code: '{{code}}', password: 'secret-in-the-body' },
    idPath: 'id',
    statusPath: 'state',
    failure: { path: 'error' },
    receipt: { id: 'id', status: 'state', delivered: ['DELIVRD'], failed: ['UNDELIV'], secret: 'secret-of-receipts' },
  }),
  secrets: ['secret-in-the-address', 'secret-in-a-header', 'secret-in-the-body', 'secret-of-receipts'],
  accepts: json(200, { id: 'm-1', state: 'queued' }),
  accepted: { messageId: 'm-1', status: 'queued' },
  carries: ({ body }, { to, text }) => body.to === to && body.text === text,
  refuses: [
    ['200 with an error inside', json(200, { id: 'm-1', error: 'blocked' }), 'unknown'],
    ['200 without an id', json(200, { state: 'queued' }), 'unknown'],
    ['200 with nothing', json(200, {}), 'unknown'],
    ['an error with the words of a success', json(500, { id: 'm-1', state: 'queued' }), 'unreachable'],
  ],
  receipts: {
    genuine: [
      [
        'delivered',
        receipt({ id: 'm-1', state: 'DELIVRD' }),
        [{ about, status: 'delivered', vendorStatus: 'DELIVRD' }],
      ],
      [
        'failed',
        receipt({ id: 'm-1', state: 'UNDELIV' }),
        [{ about, status: 'failed', vendorStatus: 'UNDELIV', error: { kind: 'unknown', code: 'UNDELIV' } }],
      ],
      [
        'one with an id of 64 bits',
        { ...receipt({}), body: '{"id":1234567890123456781,"state":"DELIVRD"}' },
        [{ about: { messageId: '1234567890123456781' }, status: 'delivered', vendorStatus: 'DELIVRD' }],
      ],
      ['a word that nobody knows', receipt({ id: 'm-1', state: 'BUFFERED' }), []],
      ['no words at all', receipt([]), []],
    ],
    forged: [
      ['without the secret', { ...receipt({ id: 'm-1', state: 'DELIVRD' }), headers: {} }],
      ['with another one', { ...receipt({}), headers: { authorization: 'Bearer guessed' } }],
    ],
  },
};
