import { alphabets } from '../codes/alphabets.js';
import { bounds } from '../config/bounds.js';
import { CONFIRM_ON, RESEND, type CodeDefaults, type ProfileChannel } from '../config/config.js';
import { body, listOf, name, pageOf, status } from '../named/named.schema.js';
import { CHANNELS } from '../providers/contract.js';
import { integer, languageTag, text, VISIBLE_TEXT, type JsonSchema } from '../shared/json-schema.js';

export type ChannelInput = Pick<ProfileChannel, 'channel'> &
  Partial<
    Pick<ProfileChannel, 'from' | 'template' | 'wait' | 'order' | 'status' | 'confirm_on' | 'locale' | 'validity'>
  >;

export interface ProfileBody {
  readonly name: string;
  readonly status?: 'active' | 'inactive';
  readonly defaults?: CodeDefaults;
  readonly channels?: readonly ChannelInput[];
}

export interface ChannelsBody {
  readonly channels: readonly ChannelInput[];
}

const TEMPLATE = 'Text with {{code}}, or the name or id of a template';

const defaults: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    code_length: integer(bounds.codeLength, 'Characters of the code'),
    alphabet: { type: 'string', enum: Object.keys(alphabets) },
    ttl: integer(bounds.ttl, 'Seconds that the code lives'),
    max_checks: integer(bounds.maxChecks, 'Wrong tries until it is locked'),
    resend: { type: 'string', enum: RESEND, description: 'What a repeated send brings' },
    locale: languageTag,
    template: text(bounds.template, TEMPLATE, VISIBLE_TEXT),
  },
};

const channel: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['channel'],
  properties: {
    channel: { type: 'string', enum: CHANNELS },
    from: text(bounds.from, 'Sender', VISIBLE_TEXT),
    template: text(bounds.template, TEMPLATE, VISIBLE_TEXT),
    order: integer({ min: 0, max: 100 }, 'Position; default: as listed'),
    wait: integer(bounds.wait, 'Seconds that this step gets before the next one starts'),
    status,
    confirm_on: { type: 'string', enum: CONFIRM_ON },
    locale: languageTag,
    validity: integer(bounds.validity, 'Seconds for which the vendor may try to deliver'),
  },
};

const channels = (minItems: number): JsonSchema => ({
  type: 'array',
  minItems,
  maxItems: bounds.steps,
  items: channel,
});

export const createSchema = body(['name'], { name, status, defaults, channels: channels(0) });
export const patchSchema = { ...body([], { name, status, defaults }), minProperties: 1 };
export const channelsSchema = body(['channels'], { channels: channels(1) });
export const replaceSchema = body(['channels'], { channels: channels(0) });

export const listSchema = listOf('Profiles');

const string: JsonSchema = { type: 'string' };
const maybe: JsonSchema = { type: ['string', 'null'] };
const number: JsonSchema = { type: 'integer' };

export const profileAnswerSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    name: string,
    status: string,
    defaults: {
      type: 'object',
      properties: {
        code_length: number,
        alphabet: string,
        ttl: number,
        max_checks: number,
        resend: string,
        locale: string,
        template: maybe,
      },
    },
    channels: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: string,
          channel: string,
          from: maybe,
          template: maybe,
          order: number,
          wait: number,
          status: string,
          confirm_on: string,
          locale: string,
          validity: number,
        },
      },
    },
  },
};

export const profilePageSchema = pageOf(profileAnswerSchema);
