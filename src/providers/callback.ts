import { timingSafeEqual } from 'node:crypto';
import { hmac } from '../codes/keyring.js';

/** The last part of a callback address: proves that we have given it out, for this account and attempt. */
const proofOf = (key: Buffer, account: string, attemptId: string): string =>
  hmac(key, `${account}\n${attemptId}`).toString('base64url', 0, 16);

/** Where one attempt's receipts come to (design §2). */
export const callbackUrl = (publicUrl: string, key: Buffer, account: string, attemptId: string): string =>
  `${publicUrl}/receipts/${account}/${attemptId}/${proofOf(key, account, attemptId)}`;

/**
 * The attempt of a callback's path below the account (`<attempt id>/<proof>`); undefined when we never gave it out.
 * @param keys any of which may have made the proof
 */
export function attemptOfCallback(keys: readonly Buffer[], account: string, path: string): string | undefined {
  const [attemptId = '', proof = '', ...rest] = path.split('/');
  const given = Buffer.from(proof);
  const isProof = (key: Buffer): boolean => {
    const expected = Buffer.from(proofOf(key, account, attemptId));
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return rest.length === 0 && keys.some(isProof) ? attemptId : undefined;
}
