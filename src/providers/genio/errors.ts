import type { FailureKind } from '../errors.js';

/** What `status_code` 1 and 2 say: the phones have the message. */
export const ACCEPTED: Readonly<Record<string, string>> = { 1: 'ok_ip', 2: 'ok_over_ip' };

/** Every other `status_code` of the vendor's guide ("JSON API response GenioApi"), by its name there. */
export const REFUSED: Readonly<Record<string, { readonly name: string; readonly kind: FailureKind }>> = {
  3: { name: 'api_key_error', kind: 'misconfigured' },
  4: { name: 'unauthorized_ip', kind: 'misconfigured' },
  5: { name: 'param_error', kind: 'bad_message' },
  6: { name: 'token_or_id_device_error', kind: 'misconfigured' },
  7: { name: 'missing_to_number', kind: 'bad_message' },
  8: { name: 'missing_msg', kind: 'bad_message' },
  9: { name: 'balance_error', kind: 'quota' },
};
