import type { HttpSettings } from './settings.js';

/** A shorter text is part of many a word, and no credential. */
const SHORTEST = 6;
const PLACEHOLDER = /\{\{.*?\}\}/;
const HOST = /^https?:\/\/[^/?]*/;

/**
 * What of the settings goes out with every message: the steps of the address's path, the values of its query, of headers,
 * of the body. Some of it are credentials, and careless gateways repeat what they got in their answers.
 */
export function literalsOf({ url, headers, body }: HttpSettings): string[] {
  const [path = '', query = ''] = url.replace(HOST, '').split('?');
  const address = [...path.split('/'), ...query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1))];
  const carried = [...address, ...address.map(decoded), ...textsIn(headers), ...textsIn(body)];
  const literals = carried.flatMap((value) => value.split(PLACEHOLDER)).flatMap((value) => value.split(/\s+/));
  const written = literals.flatMap((literal) => [literal, encodeURIComponent(literal)]);
  // The longest first: one may be the beginning of another.
  return [...new Set(written)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
}

/** Without percent signs, as gateways read it; unlike `decodeURIComponent` this takes one that stands alone. */
const decoded = (text: string): string => new URLSearchParams(`=${text}`).get('') ?? text;

function textsIn(shape: unknown): string[] {
  if (typeof shape === 'string') return [shape];
  return typeof shape === 'object' && shape !== null ? Object.values(shape).flatMap(textsIn) : [];
}
