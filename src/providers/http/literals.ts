import type { HttpSettings } from './settings.js';

/** A shorter text is part of many a word, and no credential. */
const SHORTEST = 6;
const PLACEHOLDER = /\{\{.*?\}\}/;
const HOST = /^https?:\/\/[^/?]*/;

/**
 * A step of a path, as `submit` or `send-message`: a name, of which a gateway's own words are made too (`submitted`). What
 * is generated to be secret is longer, or has digits and signs.
 */
const NAME = /^[A-Za-z_-]{1,15}$/;

/**
 * What of the settings goes out with every message: the steps of the address's path, the values of its query, of headers,
 * of the body. Some of it are credentials, and careless gateways repeat what they got in their answers.
 */
export function literalsOf({ url, headers, body }: HttpSettings): string[] {
  const [path = '', query = ''] = url.replace(HOST, '').split('?');
  const steps = literalsIn(withDecoded(path.split('/'))).filter((step) => !NAME.test(step));
  const values = withDecoded(query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1)));
  const literals = [...steps, ...literalsIn([...values, ...textsIn(headers), ...textsIn(body)])];
  const written = literals.flatMap((literal) => [literal, encodeURIComponent(literal)]);
  // The longest first: one may be the beginning of another.
  return [...new Set(written)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
}

const literalsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(PLACEHOLDER)).flatMap((text) => text.split(/\s+/));

const withDecoded = (texts: readonly string[]): string[] => [...texts, ...texts.map(decoded)];

/** Without percent signs, as gateways read it; unlike `decodeURIComponent` this takes one that stands alone. */
const decoded = (text: string): string => new URLSearchParams(`=${text}`).get('') ?? text;

function textsIn(shape: unknown): string[] {
  if (typeof shape === 'string') return [shape];
  return typeof shape === 'object' && shape !== null ? Object.values(shape).flatMap(textsIn) : [];
}
