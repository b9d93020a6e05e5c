import type { Accepted } from '../contract.js';
import { ProviderError } from '../errors.js';
import { parseAnswer } from '../http-body.js';
import { ACCEPTED, REFUSED } from './errors.js';

/** One phone's part of the answer, its values as texts. */
interface PhoneRecord {
  readonly response: string;
  readonly code: string;
}

/**
 * Reads an answer: one record for each phone that was asked. One phone that took the message is enough, since only the
 * fastest sends it. No record holds an id.
 * @throws ProviderError with what the first phone says, when none took it
 */
export function readAnswer(text: string): Accepted {
  const answer = parseAnswer(text);
  const records = (Array.isArray(answer) ? answer : [answer]).map(readRecord);
  const taken = records.find(({ response, code }) => response === '200' && code in ACCEPTED);
  if (taken) return { status: ACCEPTED[taken.code] };
  throw refused(records[0]);
}

function refused({ response, code } = readRecord(undefined)): ProviderError {
  const known = REFUSED[code];
  if (known) return new ProviderError(known.kind, known.name);
  if (code in ACCEPTED) return new ProviderError('unknown', `response_${response || 'missing'}`);
  return new ProviderError('unknown', code ? `status_code_${code}` : 'no_status_code');
}

function readRecord(value: unknown): PhoneRecord {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  // The guide writes the name with a blank, its own samples do not.
  return { response: numeral(record.response), code: numeral(record.status_code ?? record['status code']) };
}

/** Numbers come as numbers or as texts. What is neither may be anything, and is kept out of records and logs. */
const numeral = (value: unknown): string => (/^\d{1,3}$/.test(String(value)) ? String(value) : '');
