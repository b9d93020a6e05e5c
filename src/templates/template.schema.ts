import { bounds } from '../config/bounds.js';
import { body, listOf, name, pageOf, status } from '../named/named.schema.js';
import { languageTag, text, VISIBLE_TEXT, type JsonSchema } from '../shared/json-schema.js';

export interface TemplateBody {
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly status?: 'active' | 'inactive';
}

const texts: JsonSchema = {
  type: 'object',
  minProperties: 1,
  maxProperties: bounds.texts,
  propertyNames: languageTag,
  additionalProperties: text(bounds.template, 'Text with {{code}}, and {{minutes}} if wanted', VISIBLE_TEXT),
  description: 'Language tag → text. A message in another language gets English, else the first one',
  example: { en: '{{code}} is your code.', 'pt-BR': '{{code}} é o seu código.' },
};

export const createSchema = body(['name', 'texts'], { name, texts, status });
/** Not the name: steps know it by that. */
export const patchSchema = { ...body([], { texts, status }), minProperties: 1 };

export const listSchema = listOf('Templates');

const string: JsonSchema = { type: 'string' };

export const templateAnswerSchema: JsonSchema = {
  type: 'object',
  properties: { id: string, name: string, texts: { type: 'object', additionalProperties: string }, status: string },
};

export const templatePageSchema = pageOf(templateAnswerSchema);
