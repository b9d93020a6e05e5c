/**
 * Why a message was not accepted, in the only words that failover reads. The vendor's own words travel beside them.
 * - `unreachable`    the vendor did not get the request, or is out of order
 * - `throttled`      too fast for the vendor
 * - `quota`          no credit left
 * - `bad_recipient`  this channel can never reach this address
 * - `bad_message`    text, sender or template is refused
 * - `misconfigured`  credentials or settings are wrong
 * - `maybe_sent`     no answer after the request left, or none that can be read: it may have been sent
 * - `rejected`       refused by policy: blocked, opted out
 * - `unknown`        refused in words that we do not know
 */
export type FailureKind =
  | 'unreachable'
  | 'throttled'
  | 'quota'
  | 'bad_recipient'
  | 'bad_message'
  | 'misconfigured'
  | 'maybe_sent'
  | 'rejected'
  | 'unknown';

/** `code` is the vendor's word for it, kept in the attempt. Never put a text, number or credential into it. */
export class ProviderError extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly code: string,
  ) {
    super(`${kind}: ${code}`);
  }
}
