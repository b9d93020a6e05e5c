import { ProviderError } from '../errors.js';
import { parseAnswer } from '../http-body.js';
import { kindOfStatus, type HttpAnswer } from '../http-client.js';
import { RESPONSE_KINDS, SUCCESS } from './errors.js';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A code as text: documented as integer, shown as string. Undefined when it is neither. */
export function codeIn(fields: unknown, name: string): string | undefined {
  const value = isFields(fields) ? fields[name] : undefined;
  const code = typeof value === 'number' ? String(value) : value;
  return typeof code === 'string' && /^\d{1,3}$/.test(code) ? code : undefined;
}

/** What GENIQ has answered. @throws ProviderError unless it is a success, in status and in words */
export function readAnswer({ status, text }: HttpAnswer): Fields {
  if (status < 200 || status > 299) throw knownFault(text) ?? kindOfStatus(status);
  const fields = parseAnswer(text);
  const code = codeIn(fields, 'responseCode');
  if (code !== SUCCESS) throw new ProviderError(RESPONSE_KINDS[code ?? ''] ?? 'unknown', code ?? 'no_response_code');
  return fields as Fields;
}

/** GENIQ's own word beside a status says more than the status. */
function knownFault(text: string): ProviderError | undefined {
  let code: string | undefined;
  try {
    code = codeIn(JSON.parse(text), 'responseCode');
  } catch {
    return undefined;
  }
  const kind = code === undefined ? undefined : RESPONSE_KINDS[code];
  return kind && code !== undefined ? new ProviderError(kind, code) : undefined;
}
