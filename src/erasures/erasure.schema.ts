import { text, type JsonSchema } from '../shared/json-schema.js';

/** Body of `POST /v1/erasures`. */
export interface ErasureBody {
  readonly to: string;
  readonly country?: string;
}

export const erasureSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to'],
  properties: {
    to: text(254, 'Address, in any form that a start takes'),
    country: { type: 'string', pattern: '^[A-Z]{2}$', 'x-hint': 'must be a two-letter country code like DE' },
  },
};

const count = (description: string): JsonSchema => ({ type: 'integer', description });

export const erasedSchema: JsonSchema = {
  type: 'object',
  properties: {
    verifications: count('Records that were removed'),
    canceled: count('Those among them that were pending'),
    messages: count('Links to messages at providers that were removed'),
    sandbox_messages: count('Messages that were taken out of the sandbox’s inbox'),
  },
};
