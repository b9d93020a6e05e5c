import { Ajv, type AnySchemaObject } from 'ajv';
import { formats } from '../../src/shared/formats.js';

const ajv = new Ajv({ strict: false, formats });

/** Texts of which one suits almost any pattern or format. */
const TEXTS = [
  'sample12',
  '+14155552671',
  '2099-01-31T12:00:00Z',
  'https://example.com/x',
  '192.0.2.1',
  '123456',
  'en',
];

/** Something that a JSON schema takes, with no more in it than it must have. */
export function sample(schema: AnySchemaObject): unknown {
  const value = candidate(schema);
  if (!ajv.validate(schema, value)) throw new Error(`no sample for ${JSON.stringify(schema)}: ${ajv.errorsText()}`);
  return value;
}

function candidate(schema: AnySchemaObject): unknown {
  if ('example' in schema) return schema.example;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const [type] = [schema.type as unknown].flat();
  switch (type) {
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, AnySchemaObject>);
      const required = (schema.required ?? []) as string[];
      const fewest = properties.slice(0, Number(schema.minProperties ?? 0)).map(([name]) => name);
      const wanted = properties.filter(([name]) => required.includes(name) || fewest.includes(name));
      return Object.fromEntries(wanted.map(([name, property]) => [name, sample(property)]));
    }
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => sample(schema.items as AnySchemaObject));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return TEXTS.find((text) => ajv.validate(schema, text) === true);
  }
}
