import { ProviderError } from '../errors.js';
import { parseAnswer, UNREADABLE } from '../http-body.js';
import type { HttpAnswer } from '../http-client.js';
import { refusalOf } from './errors.js';

/** Of what an answer may hold; any of it may be missing, or of another type. */
export interface Fields {
  readonly success?: unknown;
  readonly message?: unknown;
  readonly error?: unknown;
  readonly data?: unknown;
}

/** The fields of a good answer. @throws ProviderError where status, `error` or `success` say that it is none */
export function readFields(answer: HttpAnswer): Fields {
  const ok = answer.status >= 200 && answer.status <= 299;
  const fields = ok ? fieldsOf(parseAnswer(answer.text)) : fieldsOfRefusal(answer.text);
  if (ok && fields && fields.error === undefined && fields.success !== false) return fields;
  throw refusalOf(answer, fields?.error ?? (fields?.success === false ? fields.message : undefined));
}

/** The same of a call whose answers the vendor documents by their status: one that cannot be read takes nothing from a 2xx. */
export function readLoosely(answer: HttpAnswer): Fields {
  try {
    return readFields(answer);
  } catch (error) {
    if (error instanceof ProviderError && error.code === UNREADABLE) return {};
    throw error;
  }
}

/** A refusal's status is enough where its body makes no sense. */
function fieldsOfRefusal(text: string): Fields | undefined {
  try {
    return fieldsOf(parseAnswer(text));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
