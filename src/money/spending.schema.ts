import type { JsonSchema } from '../shared/json-schema.js';

const amounts: Record<string, JsonSchema> = {
  spent: { type: 'number', description: 'In `currency`, with what is under way' },
  ceiling: { type: ['number', 'null'], description: 'null where there is none' },
  left: { type: ['number', 'null'] },
};

const window: JsonSchema = {
  type: 'object',
  properties: {
    ends_at: { type: 'string', format: 'date-time', description: 'Then the next one begins with nothing spent' },
    ...amounts,
    countries: {
      type: 'object',
      description: 'Countries that something was sent to or that have a ceiling of their own; `ZZ`: no country',
      additionalProperties: { type: 'object', properties: amounts },
    },
  },
};

export const spendingSchema: JsonSchema = {
  type: 'object',
  properties: {
    currency: { type: ['string', 'null'], description: 'ISO 4217' },
    hour: window,
    day: window,
  },
};
