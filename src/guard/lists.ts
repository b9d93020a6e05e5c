import { lengthOf, numbersOf, rangeAround } from '../shared/addresses.js';
import type { ListEntry, Lists } from './policy.js';

/** Country codes have one digit or more, numbers at most fifteen (E.164). */
const SHORTEST_PREFIX = 2;

export function compileLists(entries: readonly ListEntry[]): Lists {
  const ofKind = (kind: ListEntry['kind']) => entries.filter((entry) => entry.kind === kind);
  const ranges = ofKind('ip_range');
  return {
    numbers: grouped(ofKind('number'), ({ value }) => value),
    prefixes: grouped(ofKind('prefix'), ({ value }) => value),
    ranges: grouped(ranges, ({ value }) => {
      const numbers = numbersOf(value.replace(/\/.*/, ''));
      return numbers && rangeAround(numbers, lengthOf(value));
    }),
    rangeLengths: [...new Set(ranges.map(({ value }) => lengthOf(value)))].sort((a, b) => b - a),
  };
}

/** Whom the lists are asked about. */
export interface Listed {
  /** Keyed hash of the address. */
  readonly hash: string;
  /** E.164, or an e-mail address. */
  readonly address: string;
  readonly clientIp?: string;
}

/**
 * The entry that decides: of the number itself before those of a prefix (the longest first) before those of an address
 * range. Of two about the same thing `block` decides.
 */
export function findEntry(lists: Lists, { hash, address, clientIp }: Listed, now: number): ListEntry | undefined {
  const number = strictest(lists.numbers.get(hash), now);
  if (number) return number;
  if (lists.prefixes.size > 0) {
    for (let length = address.length; length >= SHORTEST_PREFIX; length--) {
      const entry = strictest(lists.prefixes.get(address.slice(0, length)), now);
      if (entry) return entry;
    }
  }
  const numbers = clientIp === undefined || lists.ranges.size === 0 ? undefined : numbersOf(clientIp);
  if (numbers === undefined) return undefined;
  return strictest(
    lists.rangeLengths.flatMap((length) => lists.ranges.get(rangeAround(numbers, length)) ?? []),
    now,
  );
}

function strictest(entries: readonly ListEntry[] | undefined, now: number): ListEntry | undefined {
  const live = entries?.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  return live?.find(({ action }) => action === 'block') ?? live?.[0];
}

function grouped(
  entries: readonly ListEntry[],
  keyOf: (entry: ListEntry) => string | undefined,
): Map<string, ListEntry[]> {
  const map = new Map<string, ListEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key !== undefined) map.set(key, [...(map.get(key) ?? []), entry]);
  }
  return map;
}
