import { integer, text, type JsonSchema } from '../shared/json-schema.js';

/** What the schemas of all settings with a name share. */

export const name: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,40}$',
  'x-hint': 'must be 1 to 40 letters, digits, - or _',
};

export const status: JsonSchema = { type: 'string', enum: ['active', 'inactive'] };

export const body = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

/** @param what in the plural, with a capital */
export const listOf = (what: string): JsonSchema =>
  body([], {
    id: text(64, 'Only this one'),
    name,
    status,
    limit: { ...integer({ min: 1, max: 100 }, `${what} on a page`), default: 20 },
    cursor: text(64, '`next_cursor` of the page before'),
  });

export const pageOf = (items: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { data: { type: 'array', items }, next_cursor: { type: ['string', 'null'] } },
});
