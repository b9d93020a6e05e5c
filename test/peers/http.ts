import { behaviours } from '../support/gateway.js';
import type { Peer } from './peer.js';

const json = (status: number, body: unknown) =>
  behaviours.answers(status, JSON.stringify(body), { 'content-type': 'application/json' });

/** A gateway as operators have them: takes JSON, gives an id, and says in the body when it refuses. */
export const peer: Peer = {
  settings: (url) => ({
    url: `${url}/send?key=secret-in-the-address`,
    headers: { authorization: 'Bearer secret-in-a-header' },
    body: { to: '{{to}}', text: '{{text}}', code: '{{code}}', password: 'secret-in-the-body' },
    idPath: 'id',
    statusPath: 'state',
    failure: { path: 'error' },
  }),
  secrets: ['secret-in-the-address', 'secret-in-a-header', 'secret-in-the-body'],
  accepts: json(200, { id: 'm-1', state: 'queued' }),
  accepted: { messageId: 'm-1', status: 'queued' },
  carries: ({ body }, { to, text }) => body.to === to && body.text === text,
  refuses: [
    ['200 with an error inside', json(200, { id: 'm-1', error: 'blocked' }), 'unknown'],
    ['200 without an id', json(200, { state: 'queued' }), 'unknown'],
    ['200 with nothing', json(200, {}), 'unknown'],
    ['an error with the words of a success', json(500, { id: 'm-1', state: 'queued' }), 'unreachable'],
  ],
};
