/** `responseCode` → its words, in the vendor's sense. */
const WORDS = {
  0: 'Success',
  2: 'Invalid IP',
  3: 'Account has expired',
  4: 'Account is disabled',
  5: 'Throttling rate exceeded',
  6: 'Not enough credit',
  10: 'Could not route message',
  11: 'Invalid recipient',
  12: 'Invalid originator',
  19: 'Spam control threshold exceeded',
  20: 'Invalid token',
  21: 'Invalid messageId',
  22: 'Invalid code',
  23: 'Token expired',
  24: 'Invalid API key',
  88: 'General failure',
  99: 'System error',
} as const;

export type ResponseCode = keyof typeof WORDS;

/** The two fields of every answer. The code is a text, as in GENIQ's samples. */
interface Response {
  readonly responseCode: string;
  readonly responseMessage: string;
}

/** @param detail for people; follows the code's own words */
export function responseOf(code: ResponseCode, detail?: string): Response {
  const words = WORDS[code];
  return { responseCode: String(code), responseMessage: detail === undefined ? words : `${words}. ${detail}` };
}
