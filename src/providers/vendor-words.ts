import type { OutgoingMessage } from './contract.js';

type About = Pick<OutgoingMessage, 'code' | 'to'>;

/** What stands together in a text. */
const PIECE = /[^\s"'<>()[\]{},;:=]+/g;

/**
 * A vendor's words end up in records and logs: no free text, no address, and nothing that could be a number or a code, in
 * groups or letter by letter as it is spoken.
 * @param message that they are about, where it is known: a code of letters, and the name of a mailbox, look like any word
 */
export const scrub = (word: string, message?: About): string =>
  (message ? word.replaceAll(mailboxOf(message), '#').replaceAll(codeOf(message), '#') : word)
    .replace(PIECE, (piece) => (/@|%40/.test(piece) ? '#' : piece))
    .replace(/\d(?:[^A-Za-z0-9]*\d){3,}/g, '#')
    .replace(/[^\w.#-]+/g, '_')
    .slice(0, 40);

/** Vendors also say it without its domain; as a whole word, for it may be short. */
function mailboxOf({ to }: About): RegExp {
  const name = to.replace(/@.*/, '').replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\d])${name}(?![\\p{L}\\d])`, 'giu');
}

const codeOf = ({ code }: About): RegExp => new RegExp(Array.from(code).join('[^A-Za-z0-9]*'), 'gi');

/** The value at a dotted path (`data.0.id`) of what a vendor says. */
export function valueAt(answer: unknown, path: string): unknown {
  let value = answer;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The same as text; undefined where there is nothing, or nothing in it. */
export function textAt(answer: unknown, path: string): string | undefined {
  const value = valueAt(answer, path);
  if (typeof value === 'string') return value || undefined;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
