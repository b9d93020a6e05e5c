import { integer, text, VISIBLE_TEXT, type JsonSchema } from '../../shared/json-schema.js';
import { envelopeSchema } from './envelope.js';
import { listQuery, listSchema, type ListQuery } from './listing.js';
import { maybe } from './send.schema.js';

export interface WebhookBody {
  readonly name: string;
  readonly uri: string;
  readonly secret?: string | null;
  readonly status?: number | null;
  readonly token?: string | null;
}

export interface SubscriptionBody {
  readonly event: string;
  readonly identity: string;
  readonly webhook_id: string;
}

export type WebhookFilter = ListQuery & { readonly 'filter[name]'?: string };

/** It travels in a header or an address. */
const secret = (description: string): JsonSchema => ({
  type: ['string', 'null'],
  pattern: '^[\\x21-\\x7e]{1,200}$',
  'x-hint': 'must be at most 200 visible ASCII characters',
  description,
});

export const webhookSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['name', 'uri'],
  properties: {
    name: text(100, 'For people', VISIBLE_TEXT),
    uri: text(2_048, 'Where reports are posted to'),
    secret: secret('Comes with every call: Authorization: Bearer'),
    status: maybe(integer({ min: 0, max: 1 }, '1 active, which is the default; 0 inactive')),
    token: secret('With one, the receiver must answer a challenge before anything is sent'),
  },
};

export const subscriptionSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['event', 'identity', 'webhook_id'],
  properties: {
    event: text(64, 'Like sms:message:status'),
    identity: { type: 'string', enum: ['all'] },
    webhook_id: text(64, 'Id of the webhook'),
  },
};

export const webhookFilter = listQuery(['name']);
export const listFilter = listQuery([]);

const string: JsonSchema = { type: 'string' };
const nothing: JsonSchema = { type: 'null', description: 'Never shown' };

const webhook: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    name: string,
    uri: string,
    secret: nothing,
    verification_code: nothing,
    status: { type: 'integer' },
    created_at: string,
    updated_at: string,
  },
};

const subscription: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    event: string,
    identity: string,
    payload: { type: 'null' },
    webhook_id: string,
    created_at: string,
  },
};

export const oneWebhook = envelopeSchema(webhook);
export const pageOfWebhooks = listSchema(webhook);
export const oneSubscription = envelopeSchema(subscription);
export const pageOfSubscriptions = listSchema(subscription);
export const nothingLeft = envelopeSchema({ type: 'array', items: {} });
