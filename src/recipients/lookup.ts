import { hmac, type Keyring } from '../codes/keyring.js';
import type { Mode } from '../config/config.js';

/** Where a recipient's keys live, and the name it goes by there. Neither tells the address without the secret. */
export interface RecipientRef {
  /** Two hex digits: one of 256 shards, the hash tag of all keys that change together (design §5). */
  readonly shard: string;
  /** 128-bit keyed hash of application and address, base64url. The same for all spellings of one line. */
  readonly hash: string;
}

/**
 * Numbers that numbering plans take for two, and that ring one line. They are sent to as they were given: which of the two
 * a carrier takes is its own affair.
 * - Argentina: a 9 before the ten digits of area and line only says that the line is a mobile phone's
 *   (ITU-T E.164 national plan T0202000009).
 * - Gabon: until 2019 the seven digits of a mobile phone were called with a 0 before them, also from abroad (T020200004E).
 */
const TWO_SPELLINGS: readonly (readonly [spelling: RegExp, line: string])[] = [
  [/^\+549?([1-3]\d{9})$/, '+549$1'],
  [/^\+2410?([2-7]\d{6})$/, '+241$1'],
];

/** An address as it counts, which is not always as it is sent to. */
export const lineOf = (address: string): string =>
  TWO_SPELLINGS.reduce((written, [spelling, line]) => written.replace(spelling, line), address);

export function recipientRef(lookupKey: Buffer, application: string, address: string): RecipientRef {
  const mac = hmac(lookupKey, `to\n${application}\n${lineOf(address)}`);
  return { shard: mac.toString('hex', 0, 1), hash: mac.toString('base64url', 1, 17) };
}

/**
 * As verifications of one mode know it: those of test keys have a live one, budgets and an index of their own. Otherwise
 * whoever has a test key could see a live code in the sandbox, or use up what people may try.
 */
export const ofMode = (ref: RecipientRef, mode: Mode): RecipientRef =>
  mode === 'test' ? { ...ref, hash: `${ref.hash}~test` } : ref;

/** Keyed hash by which verifications with a reference are found. */
export const referenceHash = (lookupKey: Buffer, application: string, reference: string): string =>
  hmac(lookupKey, `reference\n${application}\n${reference}`).toString('base64url', 0, 16);

/**
 * What goes by a keyed hash, as any of the listed secrets has named it if it is there, else as it is named now. With one
 * secret nothing is asked.
 */
export async function whereFound<T>(
  { lookup, lookups }: Pick<Keyring, 'lookup' | 'lookups'>,
  named: (lookupKey: Buffer) => T,
  isThere: (one: T) => Promise<boolean>,
): Promise<T> {
  const now = named(lookup);
  if (lookups.length === 1) return now;
  const all = [now, ...lookups.slice(1).map(named)];
  const there = await Promise.all(all.map(isThere));
  return all[there.indexOf(true)] ?? now;
}
