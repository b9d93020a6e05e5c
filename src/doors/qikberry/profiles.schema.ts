import { bounds } from '../../config/bounds.js';
import type { JsonSchema } from '../../shared/json-schema.js';
import { PROFILE_NAMES } from './brand.js';
import { envelopeSchema } from './envelope.js';
import { listQuery, listSchema, type ListQuery } from './listing.js';
import { channelSchema, maybe, type ChannelEntry } from './send.schema.js';

type Flag = '1' | '0';

export interface ProfileBody {
  readonly name: string;
  readonly status?: Flag | null;
}

export interface ChannelsBody {
  readonly channels: readonly ChannelEntry[];
}

export type ProfileFilter = ListQuery & {
  readonly 'filter[id]'?: string;
  readonly 'filter[name]'?: string;
  readonly 'filter[status]'?: string;
};

export const profileSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9]{1,40}$', 'x-hint': 'must be 1 to 40 letters and digits' },
    status: maybe({
      type: 'string',
      pattern: '^[01]$',
      'x-hint': 'must be 1 or 0',
      description: '1 active, which is the default; 0 inactive',
    }),
  },
};

export const channelsSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['channels'],
  properties: {
    channels: {
      type: 'array',
      minItems: 1,
      maxItems: bounds.steps,
      items: channelSchema(PROFILE_NAMES, ['name'], {}),
    },
  },
};

export const filterSchema = listQuery(['id', 'name', 'status']);

const string: JsonSchema = { type: 'string' };
const nullable: JsonSchema = { type: ['string', 'null'] };
const integer: JsonSchema = { type: 'integer' };

const profile: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    name: string,
    status: string,
    channels: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: string,
          name: string,
          from: nullable,
          template: nullable,
          wait: integer,
          order: integer,
          status: string,
          language: nullable,
          ttl: { type: ['integer', 'null'] },
        },
      },
    },
  },
};

export const oneProfile = envelopeSchema(profile);
/** Also of one, when it is viewed. */
export const listOfProfiles = envelopeSchema({ type: 'array', items: profile });
export const pageOfProfiles = listSchema(profile);
