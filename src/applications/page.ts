/** An entry with its place in the list. */
export interface Placed<T> {
  readonly position: string;
  readonly view: T;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

/** Those of the file come first: `0:` is before every time at which something was made. */
export const filePosition = (id: string): string => `0:${id}`;

/**
 * One page of what the file and the store hold.
 * @param stored (how many) → the store's after the cursor
 */
export async function pageOf<T>(
  declared: readonly Placed<T>[],
  { cursor, limit }: { cursor: string; limit: number },
  stored: (most: number) => Promise<readonly Placed<T>[]>,
): Promise<Page<T>> {
  const fromFile = declared
    .filter(({ position }) => position > cursor)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const found = [...fromFile, ...(await stored(limit + 1))];
  const shown = found.slice(0, limit);
  return {
    data: shown.map(({ view }) => view),
    next_cursor: found.length > limit ? (shown.at(-1)?.position ?? null) : null,
  };
}
