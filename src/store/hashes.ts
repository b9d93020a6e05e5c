import type { RedisClient } from '../shared/redis.js';

type Fields = Record<string, string>;

/** What a script answers with `HGETALL`: names and values in turn. */
export function fieldsOf(answer: unknown): Fields {
  const flat = answer as string[];
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
}

/** Where an entry stands in its list: entries are in the order in which they were made. */
export const positionOf = (createdAt: number, id: string): string => `${createdAt}:${id}`;

export const idOfPosition = (position: string): string => position.slice(position.indexOf(':') + 1);

/**
 * Some hashes whose positions stand in a sorted set, after the cursor. One that goes away meanwhile is left out.
 * @param cursor a position; '' for the first page
 */
export async function page(
  redis: RedisClient,
  list: string,
  cursor: string,
  limit: number,
  keyOf: (id: string) => string,
): Promise<{ id: string; fields: Fields }[]> {
  const after = cursor === '' ? '-' : `(${cursor}`;
  const positions = await redis.zrange(list, after, '+', 'BYLEX', 'LIMIT', 0, limit);
  const ids = positions.map(idOfPosition);
  const hashes = await Promise.all(ids.map(async (id) => ({ id, fields: await redis.hgetall(keyOf(id)) })));
  return hashes.filter(({ fields }) => fields.created !== undefined);
}
