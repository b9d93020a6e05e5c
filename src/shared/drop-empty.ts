import type { JsonSchema } from './json-schema.js';

/**
 * Takes out of a body what may be null and came empty: a text without letters, as forms have it, and for an object the
 * list without entries that PHP writes for one.
 */
export function dropEmpty({ properties = {}, items }: JsonSchema, data: unknown): void {
  if (Array.isArray(data)) {
    for (const item of data) dropEmpty((items ?? {}) as JsonSchema, item);
    return;
  }
  if (typeof data !== 'object' || data === null) return;
  const fields = data as Record<string, unknown>;
  for (const [name, schema] of Object.entries(properties as Record<string, JsonSchema>)) {
    const types = [schema.type].flat();
    const said = fields[name];
    const isEmpty = said === '' || (Array.isArray(said) && said.length === 0 && types.includes('object'));
    if (isEmpty && types.includes('null')) fields[name] = undefined;
    else dropEmpty(schema, said);
  }
}
