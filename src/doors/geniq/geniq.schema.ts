import { bounds } from '../../config/bounds.js';
import { integer, text, VISIBLE_TEXT, type JsonSchema } from '../../shared/json-schema.js';

/** Parameters of `POST verify`. */
export interface VerifyFields {
  readonly recipient: string;
  readonly originator: string;
  readonly reference?: string;
  readonly template: string;
  readonly codeLength: number;
  readonly expiry: number;
}

/** Parameters of `POST verify/{messageId}`. */
export interface CheckFields {
  readonly code: string;
  readonly reference?: string;
}

/** What GENIQ puts in the place of the code. */
export const PLACEHOLDER = '[CODE]';

const reference: JsonSchema = { ...text(128, 'Your own name for the request; given back'), minLength: 0 };

/** Callers send what other calls take as well, so unknown parameters are passed over, as GENIQ does. */
export const verifySchema: JsonSchema = {
  type: 'object',
  required: ['recipient', 'originator'],
  properties: {
    recipient: {
      type: 'string',
      // In a form that was not escaped, a plus arrives as a blank.
      pattern: '^[ +]?\\d[\\d ().-]{3,24}$',
      'x-hint': 'must be digits, with the country code',
      description: 'Number with country code; + and 00 before it, and blanks in it, do not matter',
    },
    originator: {
      ...text(16, 'Sender: a name of at most 11 characters, or a number of at most 15 digits'),
      pattern: '^(\\+?\\d{1,15}|[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,11})$',
      'x-hint': 'must be a name of at most 11 characters, or a number of at most 15 digits',
    },
    reference,
    template: {
      ...text(bounds.template, `Text of one line with ${PLACEHOLDER}`, VISIBLE_TEXT),
      'x-hint': 'must be one line, without control or hidden characters',
      allOf: [
        { pattern: '\\[CODE\\]', 'x-hint': `must hold ${PLACEHOLDER}` },
        // The core would fill it in, or leave it in the text for a person to wonder at.
        {
          pattern: '^(?![^]*\\{\\{\\s*\\w+\\s*\\}\\})',
          'x-hint': `must not hold {{…}}: ${PLACEHOLDER} is the only placeholder`,
        },
      ],
      default: `Your code is ${PLACEHOLDER}.`,
    },
    codeLength: { ...integer({ min: 6, max: 8 }, 'Digits of the code'), default: 6 },
    expiry: { ...integer(bounds.ttl, 'Seconds that the code lives'), default: 30 },
  },
};

export const checkSchema: JsonSchema = {
  type: 'object',
  required: ['code'],
  properties: { code: text(40, 'What the person typed'), reference },
};

const string: JsonSchema = { type: 'string' };
const answer = (properties: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { ...properties, responseCode: { ...string, example: '0' }, responseMessage: string },
});

export const responseSchema = answer({ reference: string });
export const startedSchema = answer({ reference: string, messageIds: { type: 'array', items: string } });
export const tokenSchema = answer({
  token: string,
  expiry: { ...string, description: 'RFC 3339', example: '2026-01-05T10:00:00+00:00' },
});
export const balanceSchema = answer({
  currency: string,
  type: { type: 'string', enum: ['Prepaid', 'Postpaid'] },
  balance: { type: 'number' },
});

/** What stands for it in every answer; empty when the request has none, or was not read so far. */
export function referenceOf(fields: unknown): string {
  const given = (fields as { reference?: unknown } | null | undefined)?.reference;
  return typeof given === 'string' ? given : '';
}
