/** An address with its type of number and numbering plan (SMPP 3.4 §5.2.5, §5.2.6). */
export interface Address {
  readonly ton: number;
  readonly npi: number;
  readonly digits: string;
}

/** Letters and digits of the GSM alphabet, a number with `+`, or a short code. */
export const SENDER = /^(\+[1-9]\d{5,14}|\d{3,15}|(?=.*[^\d])[A-Za-z\d !"#%&'()*,./:;<=>?_-]{1,11})$/;
export const SENDER_HELP = {
  message: 'must be up to 11 letters and digits, a number with +, or a short code',
};

const NOT_SET: Address = { ton: 0, npi: 0, digits: '' };
/** Short codes have up to so many digits; what is longer is a number, with its `+` or without. */
const SHORT_CODE = /^\d{3,8}$/;

/** @returns undefined when no network would take it */
export function senderAddress(sender: string | undefined): Address | undefined {
  if (sender === undefined) return NOT_SET;
  if (!SENDER.test(sender)) return undefined;
  if (SHORT_CODE.test(sender)) return { ton: 3, npi: 0, digits: sender };
  const digits = sender.replace(/^\+/, '');
  return /^\d+$/.test(digits) ? { ton: 1, npi: 1, digits } : { ton: 5, npi: 0, digits: sender };
}

/** @param to E.164 with `+` */
export const recipientAddress = (to: string): Address => ({ ton: 1, npi: 1, digits: to.replace(/^\+/, '') });
