import { body, pageOf } from '../../named/named.schema.js';
import { integer, type JsonSchema } from '../../shared/json-schema.js';
import { PUMPING_RULES, type PumpingRule } from '../policy.js';

export interface BlockQuery {
  readonly rule?: PumpingRule;
  readonly limit: number;
  readonly cursor: string;
}

export const listSchema = body([], {
  rule: { type: 'string', enum: PUMPING_RULES },
  limit: { ...integer({ min: 1, max: 100 }, 'Blocks on a page'), default: 20 },
  cursor: { type: 'string', maxLength: 100, description: '`next_cursor` of the page before', default: '' },
});

const string: JsonSchema = { type: 'string' };
const number: JsonSchema = { type: 'number' };

const blockSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    rule: string,
    kind: { type: 'string', enum: ['prefix', 'ip', 'country', 'application'] },
    subject: { ...string, description: 'Country, or prefix or address without their last digits' },
    mode: { ...string, description: 'In `monitor` nothing is refused' },
    value: { ...number, description: 'What was counted' },
    threshold: { ...number, description: 'From where on it is too much' },
    since: string,
    until: string,
  },
};

export const blockPageSchema = pageOf(blockSchema);
