import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { dropEmpty } from './drop-empty.js';
import { formats } from './formats.js';
import type { FieldError } from './problem.js';

const OPTIONS = { allErrors: true, useDefaults: true, strict: true, allowUnionTypes: true, verbose: true, formats };

/** Of our own: what a pattern wants, in words; and that a body's numbers may be texts, its texts numbers, and null empty. */
const OWN = ['x-hint', 'x-lenient', 'example'];

const exact = new Ajv(OPTIONS).addVocabulary(OWN);
/** What stands in a query is text; numbers are made of it. */
const lenient = new Ajv({ ...OPTIONS, coerceTypes: true }).addVocabulary(OWN);

/** Compiled once for each route, at start. */
export const compileSchema: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  httpPart === 'querystring' || 'x-lenient' in schema ? compileLenient(schema) : exact.compile(schema);

type Validate = ((data: unknown) => boolean) & Pick<ValidateFunction, 'errors'>;

/** What was made of texts is looked at again: `1e309` becomes an infinite number, which no bound of Ajv's stops. */
function compileLenient(schema: object): Validate {
  const steps = [lenient.compile(schema), exact.compile(schema)];
  const validate: Validate = (data) => {
    if ('x-lenient' in schema) dropEmpty({ ...schema }, data);
    const refused = steps.find((step) => !step(data));
    validate.errors = refused?.errors;
    return refused === undefined;
  };
  return validate;
}

/** Nobody reads more, and an answer should not be larger than what it answers. */
const MOST_ERRORS = 20;

/** Names the first wrong fields by their paths; never repeats a value. */
export function fieldErrors(errors: readonly ErrorObject[], whole: string): FieldError[] {
  // That a name has failed is said by the rule that it has failed, too.
  const telling = errors.filter(({ keyword }) => keyword !== 'propertyNames');
  return telling.slice(0, MOST_ERRORS).map((error) => ({ field: fieldOf(error) || whole, message: messageOf(error) }));
}

function fieldOf({ instancePath, keyword, params, propertyName }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const named: unknown =
    keyword === 'required'
      ? params.missingProperty
      : keyword === 'additionalProperties'
        ? params.additionalProperty
        : propertyName;
  // What has no name is named by what it is in.
  if (typeof named !== 'string' || named === '') return path;
  const name = named.replace(/[^\w.-]/g, '?').slice(0, 64);
  return path ? `${path}.${name}` : name;
}

function messageOf({ keyword, message, params, parentSchema }: ErrorObject): string {
  switch (keyword) {
    case 'additionalProperties':
      return 'is not a known field';
    case 'required':
      return 'is required';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'pattern':
      return String((parentSchema as { 'x-hint'?: string })['x-hint'] ?? message);
    case 'format':
      return `must be a valid ${String(params.format)}`;
    default:
      return message ?? 'is not valid';
  }
}
