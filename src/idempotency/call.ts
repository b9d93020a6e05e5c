import type { Caller } from '../applications/key-book.js';
import { hmac } from '../codes/keyring.js';
import { validationFailed } from '../shared/problem.js';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** One call with an Idempotency-Key, by keyed hashes: neither tells the key, the address or the body. */
export interface Call {
  /** The same for every call with this key to this address, by those who may see the same. */
  readonly name: string;
  /** The same only if the body is too. */
  readonly print: string;
}

/** @throws Problem 422 naming `idempotency-key` */
export function callOf(
  lookupKey: Buffer,
  { application, mode, scopes }: Pick<Caller, 'application' | 'mode' | 'scopes'>,
  url: string,
  key: string | string[],
  body: unknown,
): Call {
  if (typeof key !== 'string' || !KEY.test(key)) {
    const message = 'must be 1 to 255 printable ASCII characters';
    throw validationFailed([{ field: 'idempotency-key', message }]);
  }
  // An answer may hold what only some keys may read: others have calls of their own.
  const seer = scopes.has('pii:read') ? 'pii' : '';
  const hash = (...parts: string[]): string => hmac(lookupKey, JSON.stringify(parts)).toString('base64url', 0, 16);
  const name = hash('call', application, mode, seer, url, key);
  return { name, print: hash('print', name, canonical(body ?? null)) };
}

/** One text for one body, whatever the order of its fields. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
