import { EVENT_TYPES } from '../events/event.js';
import { integer, text, VISIBLE_TEXT, type JsonSchema } from '../shared/json-schema.js';
import { SIGNATURES, type SignatureKind } from './signing/signing-key.js';

export interface WebhookBody {
  readonly url: string;
  readonly events?: readonly string[];
  readonly description?: string;
  readonly signature?: SignatureKind;
  readonly challenge?: boolean;
}

export interface WebhookPatch {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly description?: string;
  readonly active?: boolean;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface ReplayBody {
  readonly event_id?: string;
  readonly from?: string;
  readonly until?: string;
  readonly all?: true;
}

const properties = {
  url: { ...text(2_048, 'Where events are posted to'), example: 'https://example.com/passlane' },
  events: {
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { type: 'string', enum: ['*', 'verification.*', 'webhook.*', ...EVENT_TYPES] },
    description: 'Which events; default all',
  },
  description: text(200, 'For people', VISIBLE_TEXT),
};

const body = (required: readonly string[], fields: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties: fields,
});

export const createSchema = body(['url'], {
  ...properties,
  signature: { type: 'string', enum: SIGNATURES, description: 'Default hmac' },
  challenge: { type: 'boolean', description: 'Send nothing before the receiver has echoed a challenge' },
});

export const patchSchema = { ...body([], { ...properties, active: { type: 'boolean' } }), minProperties: 1 };

export const pageSchema = body([], {
  limit: { ...integer({ min: 1, max: 100 }, 'Items on a page'), default: 20 },
  cursor: text(64, '`next_cursor` of the page before'),
});

const time: JsonSchema = { type: 'string', format: 'date-time' };

export const replaySchema = {
  ...body([], {
    event_id: text(128, 'This one'),
    from: { ...time, description: 'All events from then on, of the last seven days' },
    until: { ...time, description: 'With `from`: up to then' },
    all: { type: 'boolean', enum: [true], description: 'All dead letters' },
  }),
  minProperties: 1,
};

const string: JsonSchema = { type: 'string' };
const maybe: JsonSchema = { type: ['string', 'null'] };
const number: JsonSchema = { type: 'integer' };

const answer = {
  id: string,
  url: string,
  description: maybe,
  events: { type: 'array', items: string },
  signature: string,
  status: { type: 'string', enum: ['active', 'inactive', 'paused', 'pending'] },
  challenge: { type: 'boolean' },
  public_key: { ...maybe, description: 'Of `ed25519`: what receivers verify with' },
  failing_since: { ...maybe, description: 'First of all failures since the last success' },
  created_at: string,
};

const object = (fields: JsonSchema): JsonSchema => ({ type: 'object', properties: fields });
const page = (item: JsonSchema): JsonSchema => object({ data: { type: 'array', items: item }, next_cursor: maybe });

export const webhookSchema = object(answer);
export const webhookPageSchema = page(webhookSchema);
export const webhookWithSecretSchema = object({ ...answer, secret: { ...maybe, description: 'Of `hmac`; only here' } });

export const deliveryPageSchema = page(
  object({
    event_id: string,
    type: string,
    attempt: number,
    outcome: { type: 'string', enum: ['delivered', 'failed', 'dead'] },
    status: { type: ['integer', 'null'] },
    error: maybe,
    ms: number,
    at: string,
    answer: maybe,
  }),
);

export const deadLetterPageSchema = page(
  object({ event_id: string, type: string, attempts: number, last: maybe, died_at: string, created_at: string }),
);

export const replayAnswerSchema = object({
  queued: { ...number, description: 'Events that will be sent again' },
  complete: { type: 'boolean', description: 'False: the queue is full or the range is long; ask again later' },
  next_from: { ...maybe, description: 'Where to go on with a range' },
});
