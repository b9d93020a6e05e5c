import { STATUSES } from '../../store/record.js';
import { checksCounter, sendsCounter } from './check.schema.js';
import type { JsonSchema } from '../../shared/json-schema.js';

const string: JsonSchema = { type: 'string' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const maybe = (description: string): JsonSchema => ({ type: ['string', 'null'], description });
const maybeTime: JsonSchema = { type: ['string', 'null'], format: 'date-time' };

const attemptSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    step: { type: 'integer', description: 'Index of the plan’s step' },
    channel: string,
    account: string,
    from: maybe('Sender'),
    status: { type: 'string', enum: ['sending', 'sent', 'maybe_sent', 'failed', 'delivered', 'read'] },
    provider_message_id: maybe('The provider’s id of the message'),
    provider_status: maybe('The provider’s own word'),
    error: {
      type: ['object', 'null'],
      properties: { kind: string, code: string },
    },
    cost: {
      type: ['number', 'null'],
      description: 'By the configured prices; 0 when it was refused for sure, null where it is not known',
    },
    queued_at: time,
    sent_at: maybeTime,
    delivered_at: maybeTime,
    failed_at: maybeTime,
  },
};

/** A verification as it is answered. Also the serializer: fields that are not named here do not leave. */
export const verificationSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    status: { type: 'string', enum: STATUSES },
    delivery: { type: 'string', enum: ['queued', 'sent', 'delivered', 'undelivered'] },
    to: { type: ['string', 'null'], description: 'Masked unless the key has the scope pii:read' },
    profile: maybe('The profile that it follows; null when the channels came with the request'),
    reference: maybe('Your own reference'),
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
    checks: checksCounter,
    sends: sendsCounter,
    channel: maybe('Channel of the newest attempt, or of the one that is about to start'),
    next_channel: maybe('Channel that is tried next, if nothing is confirmed before'),
    next_at: maybeTime,
    limits: {
      type: 'array',
      description: 'In the answer to a start: what the application’s limits leave; the tightest window of each',
      items: {
        type: 'object',
        properties: {
          name: string,
          left: { type: 'integer' },
          next_at: maybeTime,
        },
      },
    },
    guard: {
      type: 'array',
      description:
        'Rules that only monitor, and would have refused the newest send: what they found, and from where on',
      items: {
        type: 'object',
        properties: { rule: string, mode: string, value: { type: 'integer' }, threshold: { type: 'integer' } },
      },
    },
    created_at: time,
    expires_at: time,
    attempts: { type: 'array', items: attemptSchema },
  },
};

export const pageSchema: JsonSchema = {
  type: 'object',
  properties: {
    data: { type: 'array', items: verificationSchema },
    next_cursor: maybe(
      'Give it as `cursor` for the next page; null on the last one alone: a page may be short, or empty, before it',
    ),
  },
};
