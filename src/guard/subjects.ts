import { hmac } from '../codes/keyring.js';
import { lineOf } from '../recipients/lookup.js';
import { visitorOf } from '../shared/addresses.js';

/** A block of numbers that one carrier gets at a time, and that pumping walks through: 10 000 of them. */
const OPEN_DIGITS = 4;

/** @param address E.164 */
export const prefixOf = (address: string): string => lineOf(address).slice(0, -OPEN_DIGITS);

/** Names things in Redis without telling them. Of one application: others cannot be compared with it. */
export type Hash = (kind: string, value: string) => string;

export const hashFor =
  (lookupKey: Buffer, application: string): Hash =>
  (kind, value) =>
    hmac(lookupKey, `${kind}\n${application}\n${value}`).toString('base64url', 0, 12);

/** What operators read of a prefix: a million numbers have that in common. */
export const labelOfPrefix = (prefix: string): string => `${prefix.slice(0, -2)}**`;

/** What operators read of an address: its larger network. */
export function labelOfAddress(ip: string): string {
  const visitor = visitorOf(ip);
  if (!visitor.includes(':')) return `${visitor.split('.').slice(0, 2).join('.')}.*.*`;
  return `${visitor.split(':').slice(0, 2).join(':')}::/32`;
}
