import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { eventStreamKey, type PasslaneEvent } from '../../src/events/event.js';
import type { Received } from './gateway.js';
import { configuration, LIVE_KEY, OTHER_KEY, READ_KEY, type Service } from './service.js';

type Yaml = Record<string, unknown>;

/** Webhooks may reach this machine without TLS. */
const LOCAL_WEBHOOKS = { allow: ['127.0.0.1'], allow_http: true };

/** Two applications whose keys may edit webhooks, and one key that may not. */
export const webhookConfiguration = (webhooks: Yaml = LOCAL_WEBHOOKS, accounts: Record<string, Yaml> = {}): Yaml =>
  configuration(accounts, {
    applications: {
      shop: {
        keys: [
          { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes: ['webhooks', 'verifications'] },
          { id: 'shop-read', token: READ_KEY, mode: 'live', scopes: ['verifications'] },
        ],
        limits: 'off',
      },
      other: { keys: [{ id: 'other-live', token: OTHER_KEY, mode: 'live', scopes: ['webhooks'] }] },
    },
    webhooks,
  });

interface Published {
  readonly verification?: string;
  readonly sequence?: number;
  readonly type?: PasslaneEvent['type'];
  /** The one webhook that it is for. */
  readonly only?: string;
}

/** An event as the service writes it, and its text. */
function eventOf({ verification = randomUUID(), sequence = 1, type = 'verification.sent' }: Published = {}) {
  const event: PasslaneEvent = {
    id: `evt_${verification}_${sequence}`,
    type,
    sequence,
    created_at: new Date().toISOString(),
    application: 'shop',
    data: {
      verification_id: verification,
      to: '+1415555****',
      profile: 'login',
      status: 'pending',
      channel: 'sms',
      account: 'gateway',
      reason: null,
      cost: null,
    },
  };
  // With a blank that no serialiser would write: receivers must get the text itself.
  return { event, body: `${JSON.stringify(event)} ` };
}

/** Writes an event into an application's stream. @returns its id, its text, and its place in the stream */
export async function publish(redis: Redis, published: Published = {}, application = 'shop') {
  const { event, body } = eventOf(published);
  const only = published.only === undefined ? [] : ['w', published.only];
  const entry = await redis.xadd(eventStreamKey(application), '*', 'e', body, 't', event.type, ...only);
  return { id: event.id, body, entry: String(entry) };
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: string[];
  readonly status: string;
  readonly secret: string;
  readonly public_key: string | null;
  readonly failing_since: string | null;
}

/** Of any list: of webhooks, attempts, dead letters. */
type Item = Webhook & { event_id: string; outcome: string; answer: string | null };

interface Page {
  readonly data: Item[];
  readonly next_cursor: string;
  /** Of a replay. */
  readonly queued: number;
}

/** The API for webhooks, as one key's holder uses it. */
export function webhooks(service: Service, key = LIVE_KEY) {
  const api = service.as(key);
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await api.request(method, `/v1/webhooks${path}`, body);
    return { status: answer.status, body: answer.body as unknown as Webhook & Page, problem: answer.body };
  };
  return {
    call,
    /** One that must be made. */
    make: async (url: string, body: Yaml = {}): Promise<Webhook> => {
      const answer = await call('POST', '', { url, ...body });
      if (answer.status !== 201) throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.problem)}`);
      return answer.body;
    },
    /** The fields that a refusal names. */
    refused: async (method: string, path: string, body?: unknown): Promise<string[]> => {
      const { status, problem } = await call(method, path, body);
      return status === 422 ? (problem.errors ?? []).map(({ field }) => field) : [`answered ${status}`];
    },
    list: async (path: string): Promise<Item[]> => (await call('GET', path)).body.data,
  };
}

/** Ids of the events that a receiver got at one of its paths, in order. */
export const idsAt = (received: readonly Received[], path: string): string[] =>
  received.filter(({ url }) => url === path).map(({ headers }) => String(headers['webhook-id']));

/** The headers that a verifier reads. */
export const signatureOf = ({ headers }: Received): Record<string, string> =>
  Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  );
