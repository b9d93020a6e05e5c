import type { Receipt } from '../contract.js';
import type { FailureKind } from '../errors.js';
import { REPORTS } from '../report-words.js';
import { scrub } from '../vendor-words.js';
import { receiptId, type IdStyle } from './message-id.js';
import type { Pdu } from './pdu.js';

interface State {
  readonly word: string;
  readonly status: Receipt['status'];
  readonly kind?: FailureKind;
}

/** By `message_state` (SMPP 3.4 §5.2.28); the words are those of the text form (appendix B). */
const STATES: Readonly<Record<number, State>> = {
  1: { word: 'ENROUTE', status: 'sent' },
  2: { word: 'DELIVRD', status: 'delivered' },
  3: { word: 'EXPIRED', status: 'failed', kind: 'unknown' },
  4: { word: 'DELETED', status: 'failed', kind: 'rejected' },
  5: { word: 'UNDELIV', status: 'failed', kind: 'unknown' },
  6: { word: 'ACCEPTD', status: 'sent' },
  7: { word: 'UNKNOWN', status: 'failed', kind: 'unknown' },
  8: { word: 'REJECTD', status: 'failed', kind: 'rejected' },
};
/** Of vendors that write their own reasons into `stat`. */
const REASONS = REPORTS.map(([, word, kind]): State => ({ word, status: 'failed', kind }));
/** Where a word is in both, it means what the specification says. */
const BY_WORD: ReadonlyMap<string, State> = new Map(
  [...REASONS, ...Object.values(STATES)].map((state) => [state.word, state]),
);

/** Bits of `esm_class` that tell what kind of message this is (§5.2.12). */
const MESSAGE_TYPE = 0x3c;
const DELIVERY_RECEIPT = 0x04;

/** The longest id that SMPP allows (§4.4.2). */
const LONGEST_ID = 64;

/** Reads a `deliver_sm`: TLVs first, then the text. Undefined for what is no receipt, or one in words that nobody knows. */
export function readReceipt({ fields }: Pdu, style: IdStyle): Receipt | undefined {
  const tlvId = textOf(fields.receipted_message_id).trim();
  const isReceipt = (Number(fields.esm_class) & MESSAGE_TYPE) === DELIVERY_RECEIPT || tlvId !== '';
  if (!isReceipt) return undefined;

  const text = textOf(fields.short_message) || textOf(fields.message_payload);
  const textId = word(text, 'id');
  const state = STATES[Number(fields.message_state)] ?? stateIn(text);
  const longest = Math.max(tlvId.length, textId.length);
  if (longest === 0 || longest > LONGEST_ID || !state) return undefined;

  const { kind, word: vendorStatus, status } = state;
  const error = kind && { kind, code: errorCode(fields.network_error_code, text) ?? vendorStatus };
  return { about: { messageId: receiptId(tlvId, textId, style) }, status, vendorStatus, error };
}

/** `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`; nothing behind `text:` is looked at. */
function word(text: string, name: string): string {
  const head = text.split(/\btext:/i, 1)[0] ?? '';
  return new RegExp(`(?:^|\\s)${name}:\\s*(\\S+)`, 'i').exec(head)?.[1] ?? '';
}

/**
 * The state by its word. One that nobody knows is a failure where the vendor gives the number of an error beside it: a
 * message that is on its way, or there, has none. Why is `unknown`: the numbers are each vendor's own, and nothing tells
 * whose account this is.
 */
function stateIn(text: string): State | undefined {
  const stat = word(text, 'stat');
  const known = BY_WORD.get(stat.toUpperCase());
  const hasFailed = stat !== '' && Number(word(text, 'err')) > 0;
  return known ?? (hasFailed ? { word: scrub(stat), status: 'failed', kind: 'unknown' } : undefined);
}

/** The network's own reason: a type and a number as a TLV (§5.3.2.31), or the vendor's `err:` of up to three signs. */
function errorCode(tlv: unknown, text: string): string | undefined {
  if (Buffer.isBuffer(tlv) && tlv.length === 3) return `network_${tlv.readUInt8(0)}_${tlv.readUInt16BE(1)}`;
  const code = word(text, 'err');
  return /^[A-Za-z\d]{1,8}$/.test(code) && !/^0+$/.test(code) ? `err_${code}` : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\0+$/, '');
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return message === undefined ? '' : textOf(message);
}
