/** Freezes what was read from a file, to its last leaf: nobody changes the configuration while it is in use. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
