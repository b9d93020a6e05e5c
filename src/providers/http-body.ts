import { createHash, timingSafeEqual } from 'node:crypto';
import { ProviderError } from './errors.js';
import { parseJson } from './json.js';

/** What an HTTP request carries: its body and the header that says what it is. */
export interface HttpBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const jsonBody = (value: unknown): HttpBody => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export const formBody = (fields: Readonly<Record<string, unknown>>): HttpBody => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: formText(fields),
});

/** As forms and queries carry it; a field that is undefined is left out, one that is no text travels as JSON. */
export function formText(fields: Readonly<Record<string, unknown>>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return form.toString();
}

/** Of a 2xx that says nothing: the vendor has the request, and nobody knows what became of it. */
export const UNREADABLE = 'answer_is_not_json';

/** What a 2xx says. @throws ProviderError `maybe_sent` when it is no JSON, or null */
export function parseAnswer(text: string): unknown {
  try {
    const answer = parseJson(text);
    if (answer !== null) return answer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ProviderError('maybe_sent', UNREADABLE);
}

interface Callback {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What a vendor sends us: a body as JSON or as a form, over what its query says. Empty when it is neither.
 * @param onlyBody the query proves nothing: only the body is signed
 */
export function callbackFields({ headers, query, body }: Callback, onlyBody = false): unknown {
  const fields = bodyFields(headers, body);
  if (onlyBody || (Array.isArray(fields) && fields.length > 0)) return fields;
  return { ...query, ...(typeof fields === 'object' ? fields : undefined) };
}

function bodyFields(headers: Callback['headers'], body: string): unknown {
  if (String(headers['content-type']).toLowerCase().includes('x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    return parseJson(body);
  } catch {
    return {};
  }
}

/** Compares what a caller has given with a secret: of hashes, so that neither content nor length takes a different time. */
export function sameSecret(given: string | string[] | undefined, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(expected));
}
