import type { FailureKind } from '../errors.js';

/** The answer to a call that was taken. */
export const SUCCESS = '0';

/** Codes that say: not with this token. */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set(['20', '23']);

export const TEMPLATE_NOT_FOUND = '302';

/**
 * WhatsApp's codes, in answers and in reports. Faults of a template are faults of the message: other channels of the
 * same account are well, and must not rest with it.
 */
const WHATSAPP: Readonly<Record<string, FailureKind>> = {
  301: 'bad_message', // no open session
  [TEMPLATE_NOT_FOUND]: 'bad_message',
  303: 'bad_message', // `otp` is missing
  304: 'bad_message', // template not approved
  305: 'bad_message', // number of parameters
  306: 'bad_message', // as 303
  311: 'bad_message', // template rejected; from here on, answers to the creation of one
  312: 'bad_message', // one with the same content exists
  313: 'bad_message', // name missing
  314: 'bad_message', // language missing
  315: 'bad_message', // category missing
  316: 'bad_message', // body missing
  317: 'bad_message', // example of the header missing
  318: 'bad_message', // example of the body missing
  319: 'bad_message', // number of examples
  320: 'bad_message', // variable in the footer
  321: 'bad_message', // format of the header
  322: 'bad_message', // category
  323: 'bad_message', // variables in the header
  324: 'bad_message', // order of variables in the header
  325: 'bad_message', // order of variables in the body
  326: 'bad_message', // time to live below 30
  327: 'bad_message', // expiry outside 1 to 90 minutes
  328: 'bad_message', // text of the button too long
};

/**
 * `responseCode` → kind. What a recipient or a caller can cause is never a kind that lets the account rest: else one
 * of them could stop everybody's messages.
 */
export const RESPONSE_KINDS: Readonly<Record<string, FailureKind>> = {
  1: 'misconfigured', // user name or password
  2: 'misconfigured', // our address is not allowed
  3: 'misconfigured', // account expired
  4: 'misconfigured', // account disabled
  5: 'throttled',
  6: 'quota',
  7: 'quota', // prepaid account expired
  10: 'rejected', // no route there
  11: 'bad_recipient',
  12: 'bad_message', // originator
  13: 'bad_message', // alphanumeric originator
  14: 'rejected', // no route there for this account
  15: 'rejected', // blocked by the subscriber
  16: 'bad_message', // batches only: a number twice
  17: 'bad_message', // batches only: too many numbers
  18: 'unreachable', // no token could be made
  19: 'rejected', // spam control
  20: 'misconfigured', // invalid token, although it is new
  21: 'bad_message', // GENIQ's own verifications only: message id
  22: 'bad_message', // GENIQ's own verifications only: code
  23: 'misconfigured', // token expired, although it is new
  24: 'misconfigured', // API key
  88: 'unreachable', // general failure
  99: 'unreachable', // system error
  ...WHATSAPP,
};

/** `reasonCode` of a report that says failed → kind. */
export const REASON_KINDS: Readonly<Record<string, FailureKind>> = {
  1: 'unreachable', // base station unknown
  2: 'unreachable', // MSC unknown
  3: 'bad_message', // format
  4: 'unknown', // other
  5: 'bad_recipient', // subscriber unknown
  6: 'rejected', // subscriber barred
  7: 'bad_recipient', // subscriber not provisioned
  8: 'unreachable', // subscriber absent
  9: 'unreachable', // SMSC failure
  10: 'throttled', // SMSC congestion
  11: 'unreachable', // SMSC roaming
  12: 'unreachable', // handset
  13: 'unreachable', // handset's memory full
  201: 'bad_message', // WhatsApp template
  ...WHATSAPP,
};
