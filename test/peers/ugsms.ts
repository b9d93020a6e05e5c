import { behaviours, type Behaviour } from '../support/gateway.js';
import type { Peer } from './peer.js';

const KEY = 'secret-ugsms-key';
const USERNAME = 'name-of-the-user';
const PASSWORD = 'secret pass&word+1';
const MESSAGE_ID = '9b2f1c1e-52d4-4f7f-9d0a-0d0e6a7c1b11';

const json = (status: number, body: unknown) =>
  behaviours.answers(status, JSON.stringify(body), { 'content-type': 'application/json' });

const HELP = { error: 'API key is required', help: 'Provide X-API-Key header or api_key parameter' };

const taken = {
  success: true,
  message: 'SMS sent successfully',
  data: { message_id: MESSAGE_ID, recipients: 1, estimated_cost: 10, remaining_balance: 990 },
};

/** The vendor's own refusal of fields that are missing, unknown or wrongly written; none for a good message. */
function wrongIn(fields: Record<string, unknown>, known: readonly string[]): Behaviour | undefined {
  const { numbers, message_body: text, sender_id: sender = 'x' } = fields;
  if (typeof numbers !== 'string' || !/^\d{9,15}$/.test(numbers)) {
    return json(400, { error: 'Invalid phone number format.' });
  }
  const good = typeof text === 'string' && text && typeof sender === 'string' && sender.length <= 11;
  if (good && Object.keys(fields).every((name) => known.includes(name))) return undefined;
  return json(400, { error: 'Invalid parameters.' });
}

/** `POST /v1/sms/send`: a form with user name and password. */
const overPassword: Behaviour = (received, response) => {
  const { username, password, ...fields } = Object.fromEntries(new URLSearchParams(received.text));
  const isForm = received.headers['content-type'] === 'application/x-www-form-urlencoded';
  const granted = isForm && username === USERNAME && password === PASSWORD;
  const refused = granted
    ? wrongIn(fields, ['numbers', 'message_body', 'sender_id'])
    : json(401, { error: 'Unauthorized.' });
  (refused ?? json(200, { message: 'Message Sent Successfully.' }))(received, response);
};

/** `POST /api/v2/sms/send`: JSON with a key in the header. */
const overKey: Behaviour = (received, response) => {
  const isJson = received.headers['content-type'] === 'application/json';
  const refused =
    isJson && received.headers['x-api-key'] === KEY
      ? wrongIn(received.body, ['numbers', 'message_body', 'sender_id'])
      : json(401, HELP);
  (refused ?? json(200, taken))(received, response);
};

const ROUTES: Readonly<Record<string, Behaviour>> = {
  'POST /v1/sms/send': overPassword,
  'POST /api/v2/sms/send': overKey,
  'GET /api/v2/account/balance': (received, response) => {
    const granted = received.headers['x-api-key'] === KEY;
    const balance = { success: true, data: { balance: 990.5, currency: 'UGX' } };
    (granted ? json(200, balance) : json(401, HELP))(received, response);
  },
};

/** Settings of the account that uses the older call. */
export const passwordSettings = (url: string) => ({ baseUrl: url, username: USERNAME, password: PASSWORD });

export const peer: Peer = {
  settings: (url) => ({ baseUrl: url, key: KEY }),
  secrets: [KEY],
  accepts: (received, response) => {
    const route = ROUTES[`${received.method} ${received.url}`] ?? json(404, { message: 'Not Found' });
    route(received, response);
  },
  accepted: { messageId: MESSAGE_ID },
  carries: ({ body }, { to, text }) => body.numbers === to.slice(1) && body.message_body === text,
  refuses: [
    ['an unknown key', json(401, { error: 'API key is required' }), 'misconfigured'],
    ['a number that it cannot read', json(400, { error: 'Invalid phone number format.' }), 'bad_message'],
    ['no credit', json(403, { error: 'Insufficient balance to send 1 SMS.' }), 'quota'],
    ['200 with an error inside', json(200, { ...taken, error: 'Blocked.' }), 'unknown'],
    ['200 without success', json(200, { ...taken, success: false, message: 'Insufficient balance' }), 'quota'],
    ['200 with nothing', json(200, {}), 'unknown'],
    ['an error with the words of a success', json(500, taken), 'unreachable'],
  ],
};
