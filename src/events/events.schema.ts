import type { JsonSchema } from '../shared/json-schema.js';
import { EVENT_TYPES } from './event.js';

/** Query of `GET /v1/events`. */
export interface EventsQuery {
  readonly after?: string;
  readonly limit: number;
  /** Seconds. */
  readonly wait: number;
}

export const eventsQuerySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: {
      type: 'string',
      pattern: '^\\d{1,15}-\\d{1,15}$',
      'x-hint': 'is not a cursor that an answer has given',
      description: '`next_cursor` of the answer before; without it from the oldest event that is kept',
    },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'How many at most' },
    wait: {
      type: 'integer',
      minimum: 0,
      maximum: 30,
      default: 0,
      description: 'Seconds to wait for an event, if there is none yet',
    },
  },
};

const string: JsonSchema = { type: 'string' };
const maybe = (description: string): JsonSchema => ({ type: ['string', 'null'], description });

const eventSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'The same wherever and however often the event is told' },
    type: { type: 'string', enum: EVENT_TYPES },
    sequence: { type: 'integer', description: 'Counts the events of a verification from 1, without gaps' },
    created_at: { type: 'string', format: 'date-time' },
    application: string,
    data: {
      type: 'object',
      description: 'What it is about',
      additionalProperties: true,
      properties: {
        verification_id: string,
        to: maybe('Masked'),
        profile: maybe('The profile that it follows'),
        status: string,
        channel: maybe('Channel of the attempt that it is about, else of the newest one'),
        account: maybe('Its account'),
        reason: maybe('Why, where that need be said: a failure’s kind, `not_confirmed`, `asked`, `replaced` …'),
        cost: { type: ['number', 'null'], description: 'Of that attempt, by the configured prices' },
      },
    },
  },
};

export const eventsPageSchema: JsonSchema = {
  type: 'object',
  properties: {
    data: { type: 'array', items: eventSchema },
    next_cursor: maybe('Give it as `after` to get what follows; null while there has been no event at all'),
  },
};
