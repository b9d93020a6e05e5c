import { LANGUAGE_TAG } from '../config/bounds.js';

/** A JSON schema as Fastify and OpenAPI both read it; `x-hint` says in words what a pattern wants. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * No control characters, no line or paragraph separators: such text ends up in messages and logs. No halves of
 * characters: they have no form in UTF-8, so that what a provider got would not be what was asked for.
 */
const PLAIN_TEXT = '^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]*$';
/** Nor invisible or direction-changing ones, where people read it as a message. */
export const VISIBLE_TEXT = '^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*$';

export const text = (maxLength: number, description: string, pattern = PLAIN_TEXT): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern,
  'x-hint': 'must be text without control characters',
  description,
});

export const integer = ({ min, max }: { min: number; max: number }, description: string): JsonSchema => ({
  type: 'integer',
  minimum: min,
  maximum: max,
  description,
});

export const webhookId = (description: string): JsonSchema => ({
  type: 'string',
  pattern: '^wh_[0-9a-f]{32}$',
  'x-hint': 'must be the id of a webhook',
  description,
});

export const languageTag: JsonSchema = {
  type: 'string',
  ...LANGUAGE_TAG,
  'x-hint': 'must be a language tag like en or pt-BR',
};
