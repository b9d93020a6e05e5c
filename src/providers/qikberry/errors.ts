import type { FailureKind } from '../errors.js';
import { REPORTS } from '../report-words.js';

/** What one of the platform's words means: on its way, at its end, or why it failed. */
export type Meaning = 'pending' | 'delivered' | 'read' | FailureKind;

/** Words that name no error, of all channels (reference of the status calls and webhooks). */
const STATES: Readonly<Record<string, Meaning>> = {
  'AWAITING-DLR': 'pending',
  SCHEDULED: 'pending',
  ENROUTE: 'pending',
  EN_ROUTE: 'pending',
  QUEUED: 'pending',
  DISPATCHED: 'pending',
  SENT: 'pending',
  RECEIVED: 'pending',
  '000': 'delivered',
  DELIVRD: 'delivered',
  DELIVERED: 'delivered',
  READ: 'read',
  // Of a call: somebody, or a mailbox, has heard it.
  ANSWER: 'delivered',
  COMPLETED: 'delivered',
};

/** Words of failure without a number: the status calls', the chat channels', and the calls'. */
const FAILURES: Readonly<Record<string, FailureKind>> = {
  DELETED: 'rejected',
  UNDELIVERABLE: 'unknown',
  'TIMEOUT-DLR': 'unreachable',
  BLACKLIST: 'rejected',
  OFFLINE: 'unreachable',
  BUSY: 'unreachable',
  NOANSWER: 'unreachable',
  CANCEL: 'unreachable',
  CONGESTION: 'unreachable',
  CHANUNAVAIL: 'unreachable',
  MISSED: 'unreachable',
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ...Object.entries(STATES),
  ...Object.entries(FAILURES),
  ...REPORTS.flatMap(([codes, word, kind]) => [word, ...codes].map((name) => [name, kind] as const)),
]);

/** What a word or number means, in capitals or not; undefined for one that is in no table. */
export const meaningOf = (word: string): Meaning | undefined => MEANINGS.get(word.toUpperCase());

/** True for the meanings that end in failure. */
export const isFailure = (meaning: Meaning): meaning is FailureKind =>
  meaning !== 'pending' && meaning !== 'delivered' && meaning !== 'read';
