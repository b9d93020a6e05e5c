import type { Transaction } from '../../codes/code-mac.js';
import { text, type JsonSchema } from '../../shared/json-schema.js';
import { transactionSchema } from './start.schema.js';

/** Body of `POST /v1/verifications/{id}/check`. */
export interface CheckBody {
  readonly code: string;
  readonly transaction?: Transaction;
}

export const checkSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['code'],
  properties: {
    code: text(40, 'What the person typed; blanks, dashes and small letters do not matter'),
    transaction: transactionSchema,
  },
};

const counter = (what: string): JsonSchema => ({
  type: 'object',
  properties: { made: { type: 'integer' }, left: { type: 'integer', description: what } },
});

export const checksCounter = counter('How many more are allowed');
export const sendsCounter: JsonSchema = {
  type: 'object',
  properties: {
    made: { type: 'integer', description: 'Sends that callers asked for in this verification' },
    left: { type: 'integer', description: 'Sends that every limit of the number and of the verification leaves' },
    next_at: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When the next send is allowed: limits are full, or a wait is on; null when it is allowed now',
    },
  },
};

/** The answer to a check. Also its serializer: fields that are not named here do not leave. */
export const checkAnswerSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    result: {
      type: 'string',
      enum: ['approved', 'incorrect', 'replaced', 'expired', 'already_approved', 'canceled', 'locked'],
    },
    valid: { type: 'boolean', description: 'True only for `approved`' },
    checks: checksCounter,
    sends: sendsCounter,
  },
};
