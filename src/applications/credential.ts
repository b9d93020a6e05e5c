import type { BlockList } from 'node:net';
import { isListed } from '../shared/addresses.js';
import { Problem } from '../shared/problem.js';
import type { Caller } from './key-book.js';

/** What a token stands for, and when it does. Times in Unix milliseconds. */
export interface Credential {
  readonly caller: Caller;
  /** Which of the key's tokens: short-lived ones that were made from it end with it. */
  readonly version: string;
  readonly applicationActive: boolean;
  /** Who may use it; undefined is anybody. */
  readonly addresses?: BlockList;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** Why a credential is not taken now and from there. Told only to who holds it, so it tells a guesser nothing. */
export function refusal(credential: Credential, ip: string, now: number): Problem | undefined {
  const { applicationActive, addresses, expiresAt, revokedAt } = credential;
  if (revokedAt !== undefined && revokedAt <= now) return REVOKED;
  if (expiresAt !== undefined && expiresAt <= now) return EXPIRED;
  if (!applicationActive) return INACTIVE;
  if (addresses && !isListed(addresses, ip)) return NOT_FROM_THERE;
  return undefined;
}

const REVOKED = new Problem(
  401,
  'key_revoked',
  'Not authenticated',
  'This key was revoked, or replaced by a rotation.',
);
const EXPIRED = new Problem(401, 'key_expired', 'Not authenticated', 'This key has expired.');
const INACTIVE = new Problem(403, 'application_inactive', 'Not allowed', 'The application of this key is inactive.');
const NOT_FROM_THERE = new Problem(403, 'ip_not_allowed', 'Not allowed', 'This key may not be used from this address.');
