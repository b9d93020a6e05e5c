import { body, listOf, name, pageOf, status } from '../../named/named.schema.js';
import { CHANNELS, type Channel } from '../../providers/contract.js';
import type { JsonSchema } from '../../shared/json-schema.js';
import type { StoredRule } from '../../store/rule.store.js';
import { COUNTRY_MODES, GUARD_MODES, LIMIT_SUBJECTS, LINE_TYPES, RULE_MODES } from '../policy.js';
import type { CountryModes, LineType, RuleMode } from '../policy.js';

export type RuleBody = Pick<StoredRule, 'name' | 'key' | 'limit_key' | 'limits'> &
  Partial<Pick<StoredRule, 'mode' | 'status'>>;

/** What can be changed of one rule or another. */
export interface RulePatch {
  readonly name?: string;
  readonly limits?: readonly string[];
  readonly mode?: RuleMode;
  readonly status?: 'active' | 'inactive';
  readonly modes?: Readonly<Partial<Record<LineType, RuleMode>>>;
  readonly countries?: CountryModes;
  readonly channels?: Readonly<Partial<Record<Channel, CountryModes>>>;
}

const limits: JsonSchema = {
  type: 'array',
  minItems: 1,
  maxItems: 5,
  items: {
    type: 'string',
    pattern: '^[1-9]\\d{0,3}/[1-9]\\d{0,6}[smhd]$',
    'x-hint': 'must be a count and a window like 5/10m',
    example: '5/1h',
  },
  description: 'Count and window, at most 1000 in 30 days; all must have room',
};

const mode = (modes: readonly string[]): JsonSchema => ({ type: 'string', enum: modes });

const countries: JsonSchema = {
  type: 'object',
  propertyNames: { pattern: '^([A-Z]{2}|default)$', 'x-hint': 'must be country codes like DE, or default' },
  additionalProperties: mode(COUNTRY_MODES),
  description: 'Country → mode; `default` for all that are not named',
};

export const createSchema = body(['name', 'key', 'limits'], {
  name,
  key: { type: 'string', enum: LIMIT_SUBJECTS, description: 'What it counts by' },
  limit_key: {
    ...name,
    description: 'With the key `limit_key`: the name under which starts give its value; default the rule’s',
  },
  limits,
  mode: { ...mode(GUARD_MODES), description: '`monitor` tells what it would refuse; default enforce' },
  status,
});

export const patchSchema = {
  ...body([], {
    name,
    limits,
    mode: mode(RULE_MODES),
    status,
    modes: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(LINE_TYPES.map((type) => [type, mode(RULE_MODES)])),
      description: 'Of `line_type`: kind of number → mode',
    },
    countries: { ...countries, description: 'Of `country`: all of them; `default` for all that are not named' },
    channels: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(CHANNELS.map((channel) => [channel, countries])),
      description: 'Of `country`: further ones for single channels, all of them; the stricter of the two counts',
    },
  }),
  minProperties: 1,
};

export const listSchema = listOf('Rules');

const string: JsonSchema = { type: 'string' };
const modes: JsonSchema = { type: 'object', additionalProperties: string };

export const ruleAnswerSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    name: string,
    kind: { type: 'string', enum: ['limit', 'pumping', 'line_type', 'country'] },
    key: string,
    limit_key: { type: ['string', 'null'] },
    limits: { type: 'array', items: string },
    mode: string,
    modes,
    countries: modes,
    channels: { type: 'object', additionalProperties: modes },
    status: string,
    read_only: { type: 'boolean' },
  },
};

export const rulePageSchema = pageOf(ruleAnswerSchema);
