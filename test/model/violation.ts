/** A promise of the design was broken. */
class Violation extends Error {
  override readonly name = 'Violation';
}

/** @param promise which of the design's promises, or what kind of consistency */
export function must(holds: boolean, promise: string, what: () => string): asserts holds {
  if (!holds) throw new Violation(`${promise}: ${what()}`);
}
