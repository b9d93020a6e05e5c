import { createHmac } from 'node:crypto';
import type { Keyring } from '../../codes/keyring.js';
import { attemptOfCallback } from '../callback.js';
import { ReceiptRefused, type Receipt, type ReceiptRequest } from '../contract.js';
import { callbackFields, sameSecret } from '../http-body.js';
import { scrub, textAt } from '../vendor-words.js';
import type { ReceiptSettings } from './settings.js';

/**
 * Reads a gateway's receipt (design §2). It is authentic when it comes to an address that we gave out, or carries the
 * secret (as bearer token, or as HMAC of the body); with a secret configured, only with the secret.
 */
export function parseHttpReceipt(
  request: ReceiptRequest,
  settings: ReceiptSettings,
  account: string,
  keyring: Keyring,
): Receipt[] {
  const attemptId = attemptOfCallback(keyring.callbacks, account, request.path);
  if (settings.secret ? !carriesSecret(request, settings, settings.secret) : attemptId === undefined) {
    throw new ReceiptRefused();
  }
  if (request.path !== '' && attemptId === undefined) throw new ReceiptRefused();

  const fields = callbackFields(request, settings.signatureHeader !== undefined);
  const word = textAt(fields, settings.status);
  const status = word === undefined ? undefined : statusOf(word, settings);
  const messageId = settings.id === undefined ? undefined : textAt(fields, settings.id);
  const about = attemptId !== undefined ? { attemptId } : messageId !== undefined ? { messageId } : undefined;
  if (word === undefined || status === undefined || about === undefined) return [];
  const vendorStatus = scrub(word);
  const error = status === 'failed' ? ({ kind: 'unknown', code: vendorStatus } as const) : undefined;
  return [{ about, status, vendorStatus, error }];
}

function carriesSecret(
  { headers, body }: ReceiptRequest,
  { signatureHeader }: ReceiptSettings,
  secret: string,
): boolean {
  if (signatureHeader === undefined) return sameSecret(headers.authorization, `Bearer ${secret}`);
  // A query is not signed: the signature of an empty body is one and the same for every receipt.
  if (body === '') return false;
  const given = headers[signatureHeader.toLowerCase()];
  const digest = createHmac('sha256', secret).update(body).digest();
  const bare = typeof given === 'string' ? given.replace(/^sha256=/, '') : undefined;
  return sameSecret(bare?.toLowerCase(), digest.toString('hex')) || sameSecret(bare, digest.toString('base64'));
}

function statusOf(word: string, { delivered, read, failed }: ReceiptSettings): Receipt['status'] | undefined {
  const among = (words: readonly string[]): boolean => words.some((one) => one.toLowerCase() === word.toLowerCase());
  if (among(delivered)) return 'delivered';
  if (among(read)) return 'read';
  return among(failed) ? 'failed' : undefined;
}
