import { ReceiptRefused, type Receipt, type ReceiptRequest } from '../contract.js';
import type { FailureKind } from '../errors.js';
import { callbackFields, sameSecret } from '../http-body.js';
import { codeIn, isFields } from './answer.js';
import { REASON_KINDS, SUCCESS } from './errors.js';

type Word = { readonly status: Exclude<Receipt['status'], 'failed'> } | { readonly failed: FailureKind };

/** The words of both channels; for those that say failed, the kind where the reason does not say more. */
const WORDS: Readonly<Record<string, Word>> = {
  processed: { status: 'sent' },
  sent: { status: 'sent' },
  delivered: { status: 'delivered' },
  read: { status: 'read' },
  expired: { failed: 'unknown' },
  deleted: { failed: 'unknown' },
  undeliverable: { failed: 'unknown' },
  rejected: { failed: 'rejected' },
  unknown: { failed: 'unknown' },
  failed: { failed: 'unknown' },
  exceeded_retry: { failed: 'unknown' },
};

/**
 * Reads a report: SMS as form, WhatsApp as JSON. GENIQ signs nothing, so it is authentic when it comes to the secret
 * address. A message that a person has sent may come to the same address; it says nothing here.
 */
export function parseGeniqReceipt(request: ReceiptRequest, secret: string): Receipt[] {
  if (!sameSecret(request.path, secret)) throw new ReceiptRefused();
  const fields = callbackFields(request);
  if (!isFields(fields)) return [];
  const { messageId, status: vendorStatus } = fields;
  if (typeof messageId !== 'string' || messageId === '' || typeof vendorStatus !== 'string') return [];
  const word = Object.hasOwn(WORDS, vendorStatus) ? WORDS[vendorStatus] : undefined;
  if (!word) return [];
  const about = { messageId };
  if ('status' in word) return [{ about, status: word.status, vendorStatus }];
  const reason = codeIn(fields, 'reasonCode');
  const said = reason !== undefined && reason !== SUCCESS;
  const error = said
    ? { kind: REASON_KINDS[reason] ?? 'unknown', code: reason }
    : { kind: word.failed, code: vendorStatus };
  return [{ about, status: 'failed', vendorStatus, error }];
}
