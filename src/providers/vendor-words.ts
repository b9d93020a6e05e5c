/**
 * A vendor's words end up in records and logs: no free text, and nothing that could be a number or a code, in groups
 * or letter by letter as it is spoken.
 * @param code of the message, where it is known: a code of letters looks like any word
 */
export const scrub = (word: string, code?: string): string =>
  (code ? word.replace(new RegExp(Array.from(code).join('[^A-Za-z0-9]*'), 'gi'), '#') : word)
    .replace(/\d(?:[^A-Za-z0-9]*\d){3,}/g, '#')
    .replace(/[^\w.#-]+/g, '_')
    .slice(0, 40);

/** The value at a dotted path (`data.0.id`) of what a vendor says. */
export function valueAt(answer: unknown, path: string): unknown {
  let value = answer;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The same as text; undefined where there is nothing, or nothing in it. */
export function textAt(answer: unknown, path: string): string | undefined {
  const value = valueAt(answer, path);
  if (typeof value === 'string') return value || undefined;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
