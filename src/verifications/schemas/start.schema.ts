import { alphabets, type Alphabet } from '../../codes/alphabets.js';
import type { Transaction } from '../../codes/code-mac.js';
import { bounds } from '../../config/bounds.js';
import { CHANNELS, type Channel } from '../../providers/contract.js';
import type { LimitKey } from '../../guard/send.js';
import type { Autofill } from '../../store/facts.js';
import { integer, languageTag, text, VISIBLE_TEXT, webhookId, type JsonSchema } from '../../shared/json-schema.js';

export interface ChannelInput {
  readonly channel: Channel;
  readonly from?: string;
  readonly template?: string;
  readonly wait?: number;
  readonly locale?: string;
  readonly validity?: number;
}

/** Body of `POST /v1/verifications`. */
export interface StartBody {
  readonly to: string;
  readonly country?: string;
  readonly profile?: string;
  readonly channels?: readonly ChannelInput[];
  readonly locale?: string;
  readonly code_length?: number;
  readonly alphabet?: Alphabet;
  readonly ttl?: number;
  readonly max_checks?: number;
  readonly code?: string;
  readonly reference?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly client_ip?: string;
  readonly limit_keys?: readonly LimitKey[];
  readonly autofill?: Autofill;
  readonly transaction?: Transaction;
  readonly webhook_id?: string;
}

export const transactionSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['amount', 'currency', 'payee'],
  description: 'What the person approves. The code is bound to it: a check must bring the same transaction.',
  properties: {
    amount: { type: 'string', pattern: '^\\d{1,12}(\\.\\d{1,4})?$', 'x-hint': 'must be a decimal number like 12.50' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', 'x-hint': 'must be an ISO 4217 code like EUR' },
    payee: text(64, 'Who gets the money, as the person knows them', VISIBLE_TEXT),
  },
};

const channelSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['channel'],
  properties: {
    channel: { type: 'string', enum: CHANNELS },
    from: text(bounds.from, 'Sender, where the account leaves a choice', VISIBLE_TEXT),
    template: text(
      bounds.template,
      'Text with {{code}}, and {{minutes}} if wanted; or a template’s name or id',
      VISIBLE_TEXT,
    ),
    wait: integer(bounds.wait, 'Seconds that this step gets before the next one starts; default 30'),
    locale: { ...languageTag, description: 'Language of this message; default that of the verification' },
    validity: integer(bounds.validity, 'Seconds for which the vendor may try to deliver; default the life of the code'),
  },
};

const autofillSchema: JsonSchema = {
  type: 'object',
  description: 'Lets the phone offer the code: the hash of an Android app, or the host of a web page',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    app_hash: { type: 'string', pattern: '^[A-Za-z0-9+/]{11}$', 'x-hint': 'must be the 11 characters of an app hash' },
    origin: {
      type: 'string',
      maxLength: 100,
      pattern: '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$',
      'x-hint': 'must be a host name in lower case, without scheme, port or path',
    },
  },
};

const metadataSchema: JsonSchema = {
  type: 'object',
  description: 'Up to 20 texts of your own, given back as they are',
  maxProperties: 20,
  propertyNames: { pattern: '^[\\w.-]{1,40}$', 'x-hint': 'must have keys of 1 to 40 letters, digits, -, _ or .' },
  additionalProperties: { ...text(250, 'Text'), minLength: 0 },
};

const limitKeysSchema: JsonSchema = {
  type: 'array',
  minItems: 1,
  maxItems: bounds.limitKeys,
  description:
    'Things of your own that sends are counted by, like a session; each with limits, or with a rule of its name',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'value'],
    properties: {
      name: { type: 'string', pattern: '^[\\w-]{1,40}$', 'x-hint': 'must be 1 to 40 letters, digits, - or _' },
      value: text(128, 'What is counted; only a keyed hash of it is kept'),
      limits: {
        type: 'array',
        minItems: 1,
        maxItems: 5,
        items: { type: 'string', maxLength: 12 },
        description: 'Sends and windows that all must have room: `2/10s`, `5/1h`',
      },
    },
  },
};

export const startSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to'],
  properties: {
    to: text(254, 'Phone number, E.164 with + or national together with `country`; or an e-mail address'),
    country: { type: 'string', pattern: '^[A-Z]{2}$', 'x-hint': 'must be a two-letter country code like DE' },
    profile: text(64, 'Name of the profile whose steps are followed; either this or `channels`'),
    channels: {
      type: 'array',
      minItems: 1,
      maxItems: bounds.steps,
      items: channelSchema,
      description: 'The steps, in order; either this or `profile`',
    },
    locale: languageTag,
    code_length: integer(bounds.codeLength, 'Characters of the code; default 6'),
    alphabet: { type: 'string', enum: Object.keys(alphabets), description: 'What the code is made of; default digits' },
    ttl: integer(bounds.ttl, 'Seconds that the code lives; default 300'),
    max_checks: integer(bounds.maxChecks, 'Wrong tries until it is locked; default 5'),
    code: {
      type: 'string',
      pattern: '^[A-Za-z0-9]{4,12}$',
      'x-hint': 'must be 4 to 12 letters and digits',
      description: 'Your own code instead of a generated one',
    },
    reference: text(128, 'Your own name for this verification; it can be searched for'),
    metadata: metadataSchema,
    client_ip: {
      type: 'string',
      maxLength: 45,
      format: 'ip',
      description: "The person's IP address, for your audit and for limits",
    },
    limit_keys: limitKeysSchema,
    autofill: autofillSchema,
    transaction: transactionSchema,
    webhook_id: webhookId('The one webhook that is told of this verification, instead of all that want such events'),
  },
};
