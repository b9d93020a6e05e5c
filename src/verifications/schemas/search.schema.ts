import { CHANNELS, type Channel } from '../../providers/contract.js';
import { STATUSES, type Status } from '../../store/record.js';
import { text, type JsonSchema } from '../../shared/json-schema.js';

/** Query of `GET /v1/verifications`. */
export interface SearchQuery {
  readonly to?: string;
  readonly country?: string;
  readonly reference?: string;
  readonly status?: Status;
  readonly channel?: Channel;
  readonly from?: string;
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export const searchSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    to: text(254, 'Address, in any form that a start takes'),
    country: { type: 'string', pattern: '^[A-Z]{2}$', 'x-hint': 'must be a two-letter country code like DE' },
    reference: text(128, 'Your own reference'),
    status: { type: 'string', enum: STATUSES },
    channel: { type: 'string', enum: CHANNELS, description: 'Some attempt went over this channel' },
    from: { type: 'string', format: 'date-time', description: 'Created at or after' },
    until: { type: 'string', format: 'date-time', description: 'Created before' },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    cursor: text(200, '`next_cursor` of the page before'),
  },
};
