import type { FailureKind } from '../errors.js';

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

/**
 * The platform's delivery-report codes: numbers, the word that reports carry, and what it means. A handset that is off
 * or busy is `unreachable`, not `bad_recipient`: it can be reached another time.
 */
const REPORTS: readonly (readonly [codes: readonly string[], word: string, meaning: Meaning])[] = [
  [['000'], 'DELIVRD', 'delivered'],
  [['001', '002', '015'], 'INVALID-SUB', 'bad_recipient'],
  [['003', '010'], 'ABSENT-SUB', 'unreachable'],
  [['004', '006', '007'], 'HANDSET-ERR', 'unreachable'],
  [['005', '020'], 'BARRED', 'rejected'],
  [['008', '012', '017', '019'], 'NET-ERR', 'unreachable'],
  [['009'], 'MEMEXEC', 'unreachable'],
  [['011', '014', '045', '462'], 'FAILED', 'unknown'],
  [['013'], 'MOB-OFF', 'unreachable'],
  [['016'], 'HANDSET-BUSY', 'unreachable'],
  [['018'], 'SERIES-BLK', 'rejected'],
  [['021'], 'EXPIRED', 'unreachable'],
  [['034', '099', '461'], 'UNDELIV', 'unknown'],
  [['400'], 'SERIES-BLOCK', 'rejected'],
  [['401'], 'NO-CREDITS', 'quota'],
  [['402'], 'NO-ACCOUNT', 'misconfigured'],
  [['403', '405', '406', '430', '431', '432', '433'], 'SERVER-ERR', 'unreachable'],
  [['404'], 'INV-NUMBER', 'bad_recipient'],
  [['407'], 'SPAM', 'bad_message'],
  [['408'], 'DNDNUMB', 'rejected'],
  [['450'], 'BLACKLST', 'rejected'],
  [['451'], 'SNDR-BLOCK', 'bad_message'],
  [['452'], 'TEMPLATE-NOT-FOUND', 'bad_message'],
  [['453'], 'INV-TEMPLATE', 'bad_message'],
  [['454'], 'INV-SENDER', 'bad_message'],
  [['455'], 'NOT-OPTIN', 'rejected'],
  [['456'], 'OPTOUT-REJ', 'rejected'],
  [['457'], 'PROMO-TMOUT', 'rejected'],
  [['458'], 'REJECTED', 'rejected'],
  [['459'], 'NOTALLOWED', 'rejected'],
  // The same text from the same sender to the same number within some minutes: the platform's protection from loops.
  [['460'], 'DUPLICATE', 'rejected'],
  [['463'], 'THROTTLED', 'throttled'],
  [['777'], 'DLT-REJECTED', 'bad_message'],
  [['778'], 'REJ-MULTIPART', 'bad_message'],
  [['780'], 'DLT-INV-TMID', 'misconfigured'],
  [['781'], 'DLT-INV-ENTITY', 'misconfigured'],
  [['782'], 'DLT-INV-TM-ID', 'bad_message'],
  [['783'], 'DLT-TM-VAR-EXECEED', 'bad_message'],
  [['784'], 'DLT-ENTITY-NOT-FOUND', 'misconfigured'],
  [['785'], 'DLT-TM-BLACKLST', 'bad_message'],
  [['786'], 'DLT-ENTITY-BLACKLST', 'misconfigured'],
  [['787'], 'DLT-HEADER-INACTIVE', 'bad_message'],
  [['788'], 'DLT-TM-INACTIVE', 'bad_message'],
  [['789'], 'DLT-SENDER-NOT-REG-TM', 'bad_message'],
  [['790'], 'INV-PROVISION', 'misconfigured'],
  [['791'], 'INV-SERVICE', 'misconfigured'],
  [['792'], 'INV-SCHEDULE', 'misconfigured'],
];

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ...Object.entries(STATES),
  ...Object.entries(FAILURES),
  ...REPORTS.flatMap(([codes, word, meaning]) => [word, ...codes].map((name) => [name, meaning] as const)),
]);

/** What a word or number means, in capitals or not; undefined for one that is in no table. */
export const meaningOf = (word: string): Meaning | undefined => MEANINGS.get(word.toUpperCase());

/** True for the meanings that end in failure. */
export const isFailure = (meaning: Meaning): meaning is FailureKind =>
  meaning !== 'pending' && meaning !== 'delivered' && meaning !== 'read';
