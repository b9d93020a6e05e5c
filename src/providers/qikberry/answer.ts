import type { Accepted, OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { scrub, textAt } from '../vendor-words.js';
import type { Entry } from './client.js';
import { isFailure, meaningOf } from './errors.js';

/** The platform's ids are a UUID, or one with a number behind it. What is longer than this is no id. */
const LONGEST_ID = 128;

/**
 * Reads the answer to one message. Its call is a success even when the recipient is blocked: then only the entry's own
 * word says so (`notallowed`).
 * @param message of which no word that is kept may hold anything
 * @throws ProviderError when the entry says that it failed, or has no id
 */
export function acceptedIn(
  [entry]: readonly Entry[],
  message: OutgoingMessage,
): Accepted & { readonly messageId: string } {
  const word = textAt(entry, 'status');
  const status = word === undefined ? undefined : scrub(word, message);
  const meaning = word === undefined ? undefined : meaningOf(word);
  // A word that is in no table fails nothing here: the envelope has said that the message was taken.
  if (meaning !== undefined && isFailure(meaning)) throw new ProviderError(meaning, status ?? 'missing');
  const messageId = textAt(entry, 'id');
  if (messageId === undefined || messageId.length > LONGEST_ID) throw new ProviderError('unknown', 'no_message_id');
  return { messageId, status };
}
