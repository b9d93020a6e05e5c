import { bounds } from '../config/bounds.js';
import { SCOPES } from '../config/config.js';
import { integer, text, VISIBLE_TEXT, type JsonSchema } from '../shared/json-schema.js';

export interface ApplicationBody {
  readonly name: string;
}

export interface ApplicationPatch {
  readonly name?: string;
  readonly status?: 'active' | 'inactive';
}

export interface KeyBody {
  readonly mode: 'live' | 'test';
  readonly scopes: readonly (typeof KEY_SCOPES)[number][];
  readonly name?: string;
  readonly ip_ranges?: readonly string[];
  readonly expires_at?: string;
}

export interface RotateBody {
  readonly overlap?: number;
  readonly expires_at?: string;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor: string;
}

/** A key that could make keys would outlive its own revocation: those with `admin` stand in the file. */
const KEY_SCOPES = SCOPES.filter((scope) => scope !== 'admin');

const body = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

const name = text(64, 'For people', VISIBLE_TEXT);
const expiresAt: JsonSchema = {
  type: 'string',
  format: 'date-time',
  description: 'From then on it is refused; within a year. Default: never',
};

export const createSchema = body(['name'], { name });
export const patchSchema: JsonSchema = {
  ...body([], { name, status: { type: 'string', enum: ['active', 'inactive'] } }),
  minProperties: 1,
};

export const createKeySchema = body(['mode', 'scopes'], {
  mode: { type: 'string', enum: ['live', 'test'] },
  scopes: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', enum: KEY_SCOPES } },
  name,
  ip_ranges: {
    type: 'array',
    minItems: 1,
    maxItems: bounds.ipRanges,
    items: { type: 'string', format: 'ip-range', description: 'Like 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32' },
    description: 'From where it may be used. Default: anywhere',
  },
  expires_at: expiresAt,
});

export const rotateSchema: JsonSchema = {
  ...body([], {
    overlap: {
      ...integer(bounds.overlap, 'Seconds for which the token before works too; 0 ends it at once'),
      default: bounds.overlap.default,
    },
    expires_at: { ...expiresAt, description: 'A new expiry of the key. Default: as before' },
  }),
  // Nothing is as good as `{}`.
  type: ['object', 'null'],
};

export const pageQuerySchema = body([], {
  limit: { ...integer({ min: 1, max: 100 }, 'Entries on a page'), default: 20 },
  cursor: { ...text(100, '`next_cursor` of the page before'), minLength: 0, default: '' },
});

const string: JsonSchema = { type: 'string' };
const maybe: JsonSchema = { type: ['string', 'null'] };
const strings: JsonSchema = { type: 'array', items: string };
const readOnly: JsonSchema = { type: 'boolean', description: 'Declared in the configuration file' };

const answer = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties });
const pageOf = (items: JsonSchema): JsonSchema => answer({ data: { type: 'array', items }, next_cursor: maybe });

export const applicationSchema = answer({
  id: string,
  name: string,
  status: string,
  created_at: maybe,
  read_only: readOnly,
});

const keyFields: JsonSchema = {
  id: string,
  application: string,
  name: maybe,
  mode: string,
  scopes: strings,
  ip_ranges: { type: ['array', 'null'], items: string },
  status: { type: 'string', enum: ['active', 'expired'] },
  created_at: maybe,
  expires_at: maybe,
  overlap_until: { ...maybe, description: 'Until then the token before the last rotation works too' },
  read_only: readOnly,
};
export const keySchema = answer(keyFields);
export const newKeySchema = answer({ ...keyFields, token: { ...string, description: 'Shown here and never again' } });

export const applicationPageSchema = pageOf(applicationSchema);
export const keyPageSchema = pageOf(keySchema);

export const tokenSchema = answer({ access_token: string, token_type: string, expires_in: { type: 'integer' } });
