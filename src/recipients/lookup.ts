import { hmac } from '../codes/keyring.js';
import type { Mode } from '../config/config.js';

/** Where a recipient's keys live, and the name it goes by there. Neither tells the address without the secret. */
export interface RecipientRef {
  /** Two hex digits: one of 256 shards, the hash tag of all keys that change together (design §5). */
  readonly shard: string;
  /** 128-bit keyed hash of application and address, base64url. */
  readonly hash: string;
}

export function recipientRef(lookupKey: Buffer, application: string, address: string): RecipientRef {
  const mac = hmac(lookupKey, `to\n${application}\n${address}`);
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
