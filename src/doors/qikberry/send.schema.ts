import { bounds } from '../../config/bounds.js';
import { integer, languageTag, text, VISIBLE_TEXT, webhookId, type JsonSchema } from '../../shared/json-schema.js';
import { CHANNEL_OF, type ChannelName } from './brand.js';

export interface ChannelEntry {
  readonly name: ChannelName;
  readonly from?: string | null;
  readonly template?: string | null;
  readonly order?: number | null;
  readonly wait?: number | null;
  readonly language?: string | null;
  readonly ttl?: number | null;
}

interface Recipient {
  readonly to: string;
}

interface Payload {
  readonly length?: number | null;
  readonly timeout?: number | null;
  readonly token?: string | null;
  readonly ip_address?: string | null;
  readonly foreign_id?: string | null;
  readonly webhook_id?: string | null;
}

/** Body of `POST verify/send`. */
export interface SendBody {
  readonly channels: readonly (ChannelEntry & { readonly recipient: Recipient })[];
  readonly payload?: Payload | null;
}

/** Body of `POST verify/omnichannel/send`. */
export interface OmnichannelBody {
  readonly profile: string;
  readonly recipient: Recipient;
  readonly payload?: Payload | null;
}

/** The platform's bounds where it names some, else the core's. Times in seconds. */
const LENGTH = { min: 4, max: 10 };
export const TIMEOUT = 120;

/** What is left out may also be null. */
export const maybe = (schema: JsonSchema): JsonSchema => ({ ...schema, type: [schema.type, 'null'] });

/** What all channels have, with the names that are allowed; unknown fields are passed over, as there. */
export const channelSchema = (names: readonly string[], required: readonly string[], more: JsonSchema): JsonSchema => ({
  type: 'object',
  required,
  properties: {
    name: { type: 'string', enum: names },
    from: maybe(text(bounds.from, 'Sender; default that of the account', VISIBLE_TEXT)),
    template: maybe(text(bounds.template, 'Text with {token}', VISIBLE_TEXT)),
    order: maybe(integer({ min: 0, max: 100 }, 'Place in which it is tried, from 0; default: as listed')),
    wait: maybe(integer(bounds.wait, 'Seconds until the next channel is tried; default 30, around calls 60')),
    language: maybe({ ...languageTag, description: 'Of the text, like en_US' }),
    ttl: maybe(integer(bounds.validity, 'Viber: seconds for which it may be delivered')),
    ...more,
  },
});

const recipient: JsonSchema = {
  type: 'object',
  required: ['to'],
  properties: { to: text(40, 'International number, digits only') },
};

const payload = maybe({
  type: 'object',
  properties: {
    length: maybe(integer(LENGTH, 'Characters of the code; default 6')),
    timeout: maybe(integer(bounds.ttl, `Seconds that the code lives; default ${TIMEOUT}`)),
    token: maybe({
      type: 'string',
      pattern: `^[A-Za-z0-9]{${LENGTH.min},${LENGTH.max}}$`,
      'x-hint': `must be ${LENGTH.min} to ${LENGTH.max} letters and digits`,
      description: 'Your own code; as long as `length`',
    }),
    ip_address: maybe({ type: 'string', maxLength: 45, format: 'ip', description: "The person's address" }),
    foreign_id: maybe(text(128, 'Your own reference')),
    webhook_id: maybe(webhookId('The one webhook that is told of these messages, subscribed or not')),
  },
});

export const sendSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['channels'],
  properties: {
    channels: {
      type: 'array',
      minItems: 1,
      maxItems: bounds.steps,
      items: channelSchema(Object.keys(CHANNEL_OF), ['name', 'recipient'], { recipient }),
    },
    payload,
  },
};

export const omnichannelSchema: JsonSchema = {
  'x-lenient': true,
  type: 'object',
  required: ['profile', 'recipient'],
  properties: { profile: text(64, 'Name of the profile'), recipient, payload },
};

const string: JsonSchema = { type: 'string' };
const nullable: JsonSchema = { type: ['string', 'null'] };

const sent = { id: string, status: string, foreign_id: nullable, created_at: string, expire_at: string };
export const sentSchema: JsonSchema = { type: 'object', properties: { ...sent, to: nullable } };
export const omnichannelSentSchema: JsonSchema = { type: 'object', properties: sent };
