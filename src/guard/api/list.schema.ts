import { body, pageOf } from '../../named/named.schema.js';
import { integer, text, type JsonSchema } from '../../shared/json-schema.js';
import { ENTRY_ACTIONS, ENTRY_KINDS, type ListEntry } from '../policy.js';

export interface EntryBody {
  readonly list: ListEntry['action'];
  readonly kind: ListEntry['kind'];
  readonly value: string;
  readonly reason?: string;
  readonly expires_at?: string;
}

export interface EntryQuery {
  readonly list?: ListEntry['action'];
  readonly kind?: ListEntry['kind'];
  readonly value?: string;
  readonly limit: number;
  readonly cursor: string;
}

const list: JsonSchema = { type: 'string', enum: ENTRY_ACTIONS };
const kind: JsonSchema = { type: 'string', enum: ENTRY_KINDS };

export const createSchema = body(['list', 'kind', 'value'], {
  list,
  kind,
  value: {
    ...text(64, 'A number in any form; the beginning of numbers, like +4415; an address or CIDR range'),
    example: '+14155552671',
  },
  reason: text(200, 'For people'),
  expires_at: { type: 'string', format: 'date-time', description: 'From then on it does not count. Default: never' },
});

export const listSchema = body([], {
  list,
  kind,
  value: text(64, 'Only those about this'),
  limit: { ...integer({ min: 1, max: 100 }, 'Entries on a page'), default: 20 },
  cursor: { type: 'string', maxLength: 64, description: '`next_cursor` of the page before', default: '' },
});

const string: JsonSchema = { type: 'string' };
const maybe: JsonSchema = { type: ['string', 'null'] };

export const entryAnswerSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    list: string,
    kind: string,
    value: { ...maybe, description: 'A number is masked unless it is a live key with the scope pii:read' },
    reason: maybe,
    created_at: maybe,
    expires_at: maybe,
  },
};

export const entryPageSchema = pageOf(entryAnswerSchema);
