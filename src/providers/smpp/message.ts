import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { smsEncodingOf, writeSms, type SmsEncoding } from '../text/sms.js';
import { recipientAddress, senderAddress } from './address.js';
import { gsm7Octets } from './pdu.js';
import type { SmppSettings } from './settings.js';

const UCS2 = 8;
/** `esm_class`: the text begins with a header (SMPP 3.4 §5.2.12). */
const WITH_HEADER = 0x40;
/** `registered_delivery`: a receipt for the final state (§5.2.17). */
const FINAL_RECEIPT = 1;

type Settings = Pick<
  SmppSettings,
  'sender' | 'senderTon' | 'senderNpi' | 'alphabet' | 'longMessages' | 'maxParts' | 'dlt'
>;

/**
 * The fields of one `submit_sm` for each part of a message. A receipt is asked for with the last one only: it speaks for
 * all, as networks hand the parts over one after another to the same phone.
 * @param reference tells the parts of this message from those of others, 0 to 255
 * @throws ProviderError `bad_message` when no network would take it
 */
export function composeParts(message: OutgoingMessage, settings: Settings, reference: number): object[] {
  const sender = senderAddress(message.from ?? settings.sender);
  if (!sender) throw new ProviderError('bad_message', 'bad_sender');
  const recipient = recipientAddress(message.to);
  const encoding = encodingOf(message.text, settings.alphabet);
  const octets = encoding === 'ucs2' ? ucs2Octets : settings.alphabet === 'latin1' ? latin1Octets : gsm7Octets;
  const { parts } = writeSms(message.text, settings.maxParts, encoding);
  const common = {
    source_addr_ton: settings.senderTon ?? sender.ton,
    source_addr_npi: settings.senderNpi ?? sender.npi,
    source_addr: sender.digits,
    dest_addr_ton: recipient.ton,
    dest_addr_npi: recipient.npi,
    destination_addr: recipient.digits,
    validity_period: relativeTime(message.ttl),
    data_coding: encoding === 'ucs2' ? UCS2 : 0,
    ...dltFields(settings),
  };
  return parts.map((part, i) => ({
    ...common,
    registered_delivery: i === parts.length - 1 ? FINAL_RECEIPT : 0,
    ...carried(octets(part), settings.longMessages, { reference, total: parts.length, number: i + 1 }),
  }));
}

interface Place {
  readonly reference: number;
  readonly total: number;
  readonly number: number;
}

function carried(octets: Buffer, how: Settings['longMessages'], { reference, total, number }: Place): object {
  if (total === 1) return { short_message: octets };
  if (how === 'udh') {
    // 3GPP TS 23.040 §9.2.3.24.1: five octets follow, an element 0 of three.
    const header = Buffer.from([5, 0, 3, reference, total, number]);
    return { esm_class: WITH_HEADER, short_message: Buffer.concat([header, octets]) };
  }
  const sar = { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: number };
  return { ...sar, short_message: octets };
}

/** Phones know the GSM alphabet or UCS-2; and `data_coding` 0 can only say what the vendor's default alphabet has too. */
export function encodingOf(text: string, alphabet: Settings['alphabet']): SmsEncoding {
  const isDefault = alphabet === 'gsm7' || Array.from(text).every((character) => character <= 'ÿ');
  return isDefault ? smsEncodingOf(text) : 'ucs2';
}

const latin1Octets = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Big-endian, as the network has it; Node writes it the other way round. */
const ucs2Octets = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

function dltFields({ dlt }: Settings): object {
  const fields = {
    dlt_entity_id: dlt?.entityId,
    dlt_template_id: dlt?.templateId,
    dlt_telemarketer_id: dlt?.telemarketerId,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** From now on, `YYMMDDhhmmss000R` (§7.1.1.2): the vendor drops what it could only deliver too late. */
function relativeTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return `0000${[days, ...rest].map((number) => String(number).padStart(2, '0')).join('')}000R`;
}
