import { createHmac } from 'node:crypto';
import { normaliseCode } from './alphabets.js';

/** A payment that the person approves with the code (PSD2 dynamic linking): another amount or payee, another MAC. */
export interface Transaction {
  readonly amount: string;
  readonly currency: string;
  readonly payee: string;
}

/**
 * What Redis keeps of a code, and what a typed code is turned into before it is compared. Bound to the verification
 * and the transaction, so that equality tells nothing about any other.
 */
export function codeMac(checkKey: Buffer, verificationId: string, code: string, transaction?: Transaction): string {
  const mac = createHmac('sha256', checkKey).update(`${verificationId}:${normaliseCode(code)}`);
  if (transaction) mac.update(`:${canonical(transaction)}`);
  return mac.digest('base64url');
}

/** One text for one transaction, whatever the order of fields or trailing zeros in the amount. */
export function canonical({ amount, currency, payee }: Transaction): string {
  const [whole = '', fraction = ''] = amount.split('.');
  return JSON.stringify([whole.replace(/^0+(?=\d)/, ''), fraction.replace(/0+$/, ''), currency, payee]);
}
