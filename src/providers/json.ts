import { isTooMuch } from '../shared/too-much.js';

/** Texts, so that nothing inside of them is looked at, and numbers. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const WHOLE = /^-?[1-9]\d*$/;

/**
 * Reads what a vendor says. Whole numbers that would be rounded (ids of 64 bits) come as texts, digit for digit: else two
 * messages could have one id.
 * @throws SyntaxError for what is no JSON, or so deep that walking through it would fill the stack
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text.replace(TOKEN, quoteLong));
  if (isTooMuch(value)) throw new SyntaxError('too much');
  return value;
}

const quoteLong = (token: string): string =>
  WHOLE.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;
