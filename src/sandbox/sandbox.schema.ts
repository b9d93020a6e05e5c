export interface InboxQuery {
  readonly to: string;
  readonly country?: string;
}

export const inboxQuerySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to'],
  properties: {
    to: { type: 'string', minLength: 1, maxLength: 254, description: 'Address, in any form that a start takes' },
    country: { type: 'string', pattern: '^[A-Z]{2}$', 'x-hint': 'must be a two-letter country code like DE' },
  },
};

const string = { type: 'string' };

export const inboxAnswerSchema = {
  type: 'object',
  properties: {
    data: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          to: string,
          from: string,
          channel: string,
          text: string,
          code: string,
          attempt_id: string,
          verification_id: string,
          at: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
};
