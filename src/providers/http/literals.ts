import type { HttpSettings } from './settings.js';

/** A shorter text is part of many a word, and no credential. */
const SHORTEST = 6;
const PLACEHOLDER = /\{\{.*?\}\}/;
const HOST = /^https?:\/\/[^/?]*/;

/**
 * A step of a path as `submit` or `send-message`: a name, of which a gateway's own words are made too (`submitted`). What is
 * generated to be secret is longer, or has digits and signs; one that somebody has chosen may look like this.
 */
const NAME = /^[A-Za-z_-]{1,15}$/;

/**
 * What of the settings goes out with every message: the steps of the address's path, the values of its query, of headers,
 * of the body. Some of it are credentials, and careless gateways repeat what they got in their answers.
 * @returns finds each of them, names of the path only as whole words
 */
export function literalsOf({ url, headers, body }: HttpSettings): RegExp[] {
  const [path = '', query = ''] = url.replace(HOST, '').split('?');
  const steps = literalsIn(withDecoded(path.split('/')));
  const values = withDecoded(query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1)));
  const others = literalsIn([...values, ...textsIn(headers), ...textsIn(body)]);
  const written = [...others, ...steps].flatMap((literal) => [literal, encodeURIComponent(literal)]);
  const names = new Set(steps.filter((step) => NAME.test(step) && !others.includes(step)));
  // The longest first: one may be the beginning of another.
  const long = [...new Set(written)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  return long.map((literal) => new RegExp(names.has(literal) ? wholeWord(literal) : escaped(literal), 'g'));
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const wholeWord = (name: string): string => `(?<=^|%2F|[^\\w-])${escaped(name)}(?![\\w-])`;

const literalsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(PLACEHOLDER)).flatMap((text) => text.split(/\s+/));

const withDecoded = (texts: readonly string[]): string[] => [...texts, ...texts.map(decoded)];

/** Without percent signs, as gateways read it; unlike `decodeURIComponent` this takes one that stands alone. */
const decoded = (text: string): string => new URLSearchParams(`=${text}`).get('') ?? text;

function textsIn(shape: unknown): string[] {
  if (typeof shape === 'string') return [shape];
  return typeof shape === 'object' && shape !== null ? Object.values(shape).flatMap(textsIn) : [];
}
