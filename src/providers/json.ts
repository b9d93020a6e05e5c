import { isTooMuch } from '../shared/too-much.js';

/** Reads what a vendor says. @throws SyntaxError for what is no JSON, or so deep that walking through it would fill the stack */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isTooMuch(value)) throw new SyntaxError('too much');
  return value;
}
