import { BlockList } from 'node:net';
import { addressList, isListed } from '../shared/addresses.js';
import type { ListEntry, Lists } from './policy.js';

/** Country codes have one digit or more, numbers at most fifteen (E.164). */
const SHORTEST_PREFIX = 2;

export function compileLists(entries: readonly ListEntry[]): Lists {
  const ranges = entries.filter(({ kind }) => kind === 'ip_range');
  return {
    numbers: byValue(entries.filter(({ kind }) => kind === 'number')),
    prefixes: byValue(entries.filter(({ kind }) => kind === 'prefix')),
    ranges: ranges.map((entry) => ({ entry, list: addressList([entry.value]) })),
    anyRange: ranges.length > 0 ? addressList(ranges.map(({ value }) => value)) : new BlockList(),
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
  if (clientIp === undefined || !isListed(lists.anyRange, clientIp)) return undefined;
  const around = lists.ranges.filter(({ list }) => isListed(list, clientIp));
  return strictest(
    around.map(({ entry }) => entry),
    now,
  );
}

function strictest(entries: readonly ListEntry[] | undefined, now: number): ListEntry | undefined {
  const live = entries?.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  return live?.find(({ action }) => action === 'block') ?? live?.[0];
}

function byValue(entries: readonly ListEntry[]): Map<string, ListEntry[]> {
  const map = new Map<string, ListEntry[]>();
  for (const entry of entries) map.set(entry.value, [...(map.get(entry.value) ?? []), entry]);
  return map;
}
