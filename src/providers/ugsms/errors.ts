import { ProviderError, type FailureKind } from '../errors.js';
import { kindOfStatus, type HttpAnswer } from '../http-client.js';

/** The vendor has no codes: these are the sentences of its `error`, and the words that stand for them in our records. */
const SENTENCES: readonly { readonly says: RegExp; readonly kind: FailureKind; readonly code: string }[] = [
  // Not `bad_recipient`: it is said of the writing, and of numbers that other vendors reach.
  { says: /^invalid phone number/i, kind: 'bad_message', code: 'invalid_phone_number' },
  { says: /^unauthorized/i, kind: 'misconfigured', code: 'unauthorized' },
  { says: /^api key is required/i, kind: 'misconfigured', code: 'api_key_required' },
  { says: /^insufficient (?:balance|credit)/i, kind: 'quota', code: 'insufficient_balance' },
];

/** What the vendor says in words, else what the status says; `unknown` where a 2xx holds an error in other words. */
export function refusalOf({ status }: HttpAnswer, sentence: unknown): ProviderError {
  const known = SENTENCES.find(({ says }) => typeof sentence === 'string' && says.test(sentence));
  if (known) return new ProviderError(known.kind, known.code);
  return status >= 200 && status <= 299 ? new ProviderError('unknown', 'refused') : kindOfStatus(status);
}
