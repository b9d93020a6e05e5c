/**
 * What a code may be made of. Letters that people confuse with digits or with each other (I L O, and 0 1 beside
 * letters) are left out: codes are read aloud and typed by hand.
 */
export const alphabets = {
  digits: '0123456789',
  letters: 'ABCDEFGHJKMNPQRSTUVWXYZ',
  alphanumeric: '23456789ABCDEFGHJKMNPQRSTUVWXYZ',
} as const;

export type Alphabet = keyof typeof alphabets;

const DASHES_AND_BLANKS = /[\s\u002D\u2010-\u2015]/g;
/** As most people type it: nothing is left to do. */
const NORMAL = /^[0-9A-Z]*$/;
const NON_ASCII_DIGIT = /[\u0660-\u0669\u06F0-\u06F9\u0966-\u096F\uFF10-\uFF19]/g;

/**
 * The one form in which codes are compared: people type blanks and dashes between groups, small letters, and the
 * digits of their keyboard (Arabic, Persian, Devanagari, full width).
 */
export function normaliseCode(typed: string): string {
  if (NORMAL.test(typed)) return typed;
  return typed
    .replace(NON_ASCII_DIGIT, (digit) => String(digit.charCodeAt(0) - zeroOf(digit.charCodeAt(0))))
    .replace(DASHES_AND_BLANKS, '')
    .toUpperCase();
}

function zeroOf(codePoint: number): number {
  if (codePoint >= 0xff10) return 0xff10;
  if (codePoint >= 0x0966) return 0x0966;
  return codePoint >= 0x06f0 ? 0x06f0 : 0x0660;
}
