import { ReceiptRefused, type Receipt, type ReceiptRequest } from '../contract.js';
import { callbackFields, sameSecret } from '../http-body.js';

/** `ipn_type`: the message has left the phone, or has reached the person's. */
const STATUSES: ReadonlyMap<string, Receipt['status']> = new Map([
  ['SENT', 'sent'],
  ['DELIVERY', 'delivered'],
]);

/**
 * Reads an IPN ("Instant Process Notification"): a form, unsigned, so the address must be one that nobody guesses.
 * It holds the text of the message: nothing of it is kept but the words below.
 * @throws ReceiptRefused
 */
export function parseIpn(request: ReceiptRequest, secret: string): Receipt[] {
  if (!sameSecret(request.path, secret)) throw new ReceiptRefused();
  const fields = Object(callbackFields(request)) as Record<string, unknown>;
  const { ipn_type: type, status, status_code: code, custom } = fields;
  if (typeof type !== 'string' || typeof custom !== 'string' || custom === '') return [];
  const reached = STATUSES.get(type);
  if (reached === undefined) return [];
  const about = { attemptId: custom };
  if (status === 'RESULT_OK') return [{ about, status: reached, vendorStatus: `${type}:RESULT_OK` }];
  if (status !== 'RESULT_ERROR') return [];
  return [
    {
      about,
      status: 'failed',
      vendorStatus: `${type}:RESULT_ERROR`,
      error: { kind: 'unknown', code: androidResult(code) },
    },
  ];
}

/** Android's result code, as the phone reports it (android.telephony.SmsManager, `RESULT_…`). */
const androidResult = (code: unknown): string =>
  typeof code === 'string' && /^-?\d{1,3}$/.test(code) ? `result_${code}` : 'result_error';
