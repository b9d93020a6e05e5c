import { createHmac } from 'node:crypto';
import { ReceiptRefused, type ChallengeAnswer, type Receipt, type ReceiptRequest } from '../contract.js';
import { callbackFields, sameSecret } from '../http-body.js';
import { scrub, textAt, valueAt } from '../vendor-words.js';
import { isFailure, meaningOf, type Meaning } from './errors.js';
import type { ReportSettings } from './settings.js';

/** Our id of an attempt, as it went out; what else a webhook puts into that field is somebody else's. */
const ATTEMPT_ID = /^[0-9a-f-]{36}-\d{1,6}$/;
const LONGEST_ID = 128;
/** Other events (answers, unsubscriptions) have a status of their own, which says nothing of a message. */
const STATUS_EVENT = /:message:(status|out)$/;
/** Ids of short messages end with their place in the request; other channels' are plain UUIDs. */
const SMS_ID = /:\d+$/;
/** Where the platform gives our reference back, by channel and product. */
const REFERENCES = ['custom', 'foreign_id', 'customid', 'cid', 'mid'];
/** The only id in the platform's own report of a call (reference §4.5); no other report has such a field. */
const CALL_ID = 'mid';

/**
 * Reads a webhook's call: wrapped (`{ event, payload }`) or flat, as JSON, form or query.
 * @throws ReceiptRefused without every proof that the settings ask for
 */
export function parseReport(request: ReceiptRequest, settings: ReportSettings): Receipt[] {
  if (!carriesSecret(request, settings) || !carriesSignature(request, settings)) throw new ReceiptRefused();
  const fields = callbackFields(request, settings.signed);
  const event = textAt(fields, 'event');
  if (event !== undefined && !STATUS_EVENT.test(event)) return [];
  const field = (name: string): string | undefined => textAt(fields, `payload.${name}`) ?? textAt(fields, name);
  const { keys } = settings;
  const references = keys.reference === undefined ? REFERENCES : [keys.reference];
  const attemptId = references.map(field).find((reference) => ATTEMPT_ID.test(reference ?? ''));
  const messageId = field(keys.id) ?? field(CALL_ID);
  const about =
    attemptId !== undefined
      ? { attemptId }
      : messageId !== undefined && messageId.length <= LONGEST_ID
        ? { messageId }
        : undefined;
  const word = field(keys.status);
  if (about === undefined || word === undefined) return [];
  const isSms = event?.startsWith('sms:') ?? (field('mobile') !== undefined || SMS_ID.test(messageId ?? ''));
  const receipt = receiptOf(about, word, isSms);
  return receipt ? [receipt] : [];
}

/**
 * What a word about a message means for us.
 * @param isSms operators have words of their own for failed short messages; other channels have lists that are complete,
 *   so that a strange word is no reason to give a message up
 * @returns undefined when nothing has been decided yet
 */
export function receiptOf(about: Receipt['about'], word: string, isSms: boolean): Receipt | undefined {
  const meaning: Meaning | undefined = meaningOf(word) ?? (isSms ? 'unknown' : undefined);
  if (meaning === undefined || meaning === 'pending') return undefined;
  const vendorStatus = scrub(word);
  if (!isFailure(meaning)) return { about, status: meaning, vendorStatus };
  return { about, status: 'failed', vendorStatus, error: { kind: meaning, code: vendorStatus } };
}

/**
 * Answers the platform's question whether this address is ours (`?token=<validation key>`, and a challenge to repeat).
 * @throws ReceiptRefused when it is asked with another key or without the secret
 */
export function answerChallenge(request: ReceiptRequest, settings: ReportSettings): ChallengeAnswer | undefined {
  const { validationKey } = settings;
  const { token } = request.query;
  if (validationKey === undefined || token === undefined) return undefined;
  const asked = callbackFields(request);
  const challenge = valueAt(asked, 'challenge');
  if (typeof challenge !== 'string' || challenge === '') return undefined;
  const keys = [token, textAt(asked, 'validation_key')];
  if (!keys.every((key) => sameSecret(key, validationKey)) || !carriesSecret(request, settings)) {
    throw new ReceiptRefused();
  }
  return { type: 'application/json', body: JSON.stringify({ challenge }) };
}

const carriesSecret = ({ headers }: ReceiptRequest, { secret }: ReportSettings): boolean =>
  secret === undefined || sameSecret(headers.authorization, `Bearer ${secret}`);

/** A query is not signed: the signature of an empty body is one and the same for every report. */
function carriesSignature({ headers, body }: ReceiptRequest, { signed, webhookId }: ReportSettings): boolean {
  if (!signed) return true;
  if (webhookId === undefined || body === '') return false;
  const { signature } = headers;
  const expected = createHmac('sha256', webhookId).update(body).digest('hex');
  return sameSecret(typeof signature === 'string' ? signature.toLowerCase() : undefined, expected);
}
