/**
 * SMPP 3.4 by the specification and by hand, for the peer alone: what our side writes with the `smpp` package is read
 * here by other code, and the other way round.
 */
export const COMMANDS: Readonly<Record<number, string>> = {
  0x80000000: 'generic_nack',
  0x00000004: 'submit_sm',
  0x80000005: 'deliver_sm_resp',
  0x00000006: 'unbind',
  0x80000006: 'unbind_resp',
  0x00000009: 'bind_transceiver',
  0x00000015: 'enquire_link',
  0x80000015: 'enquire_link_resp',
};

export interface Frame {
  readonly command: string;
  readonly status: number;
  readonly sequence: number;
  readonly body: Buffer;
}

export interface Submitted {
  readonly source: { readonly ton: number; readonly npi: number; readonly address: string };
  readonly destination: { readonly ton: number; readonly npi: number; readonly address: string };
  readonly esmClass: number;
  readonly validity: string;
  readonly registered: number;
  readonly coding: number;
  readonly octets: Buffer;
  /** The octets as `data_coding` says, without a header. */
  readonly text: string;
  readonly tlvs: ReadonlyMap<number, Buffer>;
}

export function readFrame(frame: Buffer): Frame {
  const id = frame.readUInt32BE(4);
  const command = COMMANDS[id] ?? `0x${id.toString(16)}`;
  return { command, status: frame.readUInt32BE(8), sequence: frame.readUInt32BE(12), body: frame.subarray(16) };
}

export function frameOf(id: number, sequence: number, body: Buffer = Buffer.alloc(0), status = 0): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(id, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

export const cString = (text: string): Buffer => Buffer.from(`${text}\0`, 'latin1');

export function tlv(tag: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** Reads fields one after another, and is strict: sizes are those of the specification, nothing may be left over. */
class Reader {
  private at = 0;
  constructor(private readonly body: Buffer) {}

  /** @param most octets with the closing NUL */
  text(most: number): string {
    const end = this.body.indexOf(0, this.at);
    if (end < 0 || end - this.at >= most) throw new Error(`a text at ${this.at} is not one of ${most} octets`);
    const text = this.body.toString('latin1', this.at, end);
    this.at = end + 1;
    return text;
  }

  octet(): number {
    return this.body.readUInt8(this.at++);
  }

  octets(length: number): Buffer {
    const octets = this.body.subarray(this.at, this.at + length);
    if (octets.length !== length) throw new Error(`${length} octets at ${this.at} are not there`);
    this.at += length;
    return octets;
  }

  tlvs(): Map<number, Buffer> {
    const found = new Map<number, Buffer>();
    while (this.at < this.body.length) {
      const head = this.octets(4);
      found.set(head.readUInt16BE(0), this.octets(head.readUInt16BE(2)));
    }
    return found;
  }
}

/** SMPP 3.4 §4.1.5. Vendors take longer passwords than the specification. */
export function readBind(body: Buffer): { systemId: string; password: string; systemType: string; version: number } {
  const reader = new Reader(body);
  const bind = { systemId: reader.text(16), password: reader.text(65), systemType: reader.text(13) };
  const version = reader.octet();
  reader.octets(2);
  reader.text(41);
  if (reader.tlvs().size > 0) throw new Error('a bind has no TLVs');
  return { ...bind, version };
}

/** SMPP 3.4 §4.4.1. */
export function readSubmit(body: Buffer): Submitted {
  const reader = new Reader(body);
  const address = () => ({ ton: reader.octet(), npi: reader.octet(), address: reader.text(21) });
  if (reader.text(6) !== '') throw new Error('service_type is not empty');
  const source = address();
  const destination = address();
  const esmClass = reader.octet();
  if (reader.octet() !== 0 || reader.octet() !== 0) throw new Error('protocol_id or priority_flag is not 0');
  if (reader.text(17) !== '') throw new Error('schedule_delivery_time is not empty');
  const validity = reader.text(17);
  const registered = reader.octet();
  if (reader.octet() !== 0) throw new Error('replace_if_present_flag is not 0');
  const coding = reader.octet();
  if (reader.octet() !== 0) throw new Error('sm_default_msg_id is not 0');
  const length = reader.octet();
  if (length > 254) throw new Error('short_message is longer than 254');
  const octets = reader.octets(length);
  const content = esmClass & 0x40 ? octets.subarray(octets.readUInt8(0) + 1) : octets;
  const text = coding === 8 ? Buffer.from(content).swap16().toString('utf16le') : content.toString('latin1');
  return { source, destination, esmClass, validity, registered, coding, octets, text, tlvs: reader.tlvs() };
}

export interface ReceiptFields {
  readonly id: string;
  readonly stat?: string;
  readonly err?: string;
  readonly esmClass?: number;
  readonly coding?: number;
  /** What stands in the place of the receipt's text. */
  readonly text?: string;
  readonly tlvs?: readonly Buffer[];
}

/** SMPP 3.4 §4.6.1 and appendix B. */
export function deliverBody({ id, stat = 'DELIVRD', err = '000', esmClass = 4, ...more }: ReceiptFields): Buffer {
  const dates = 'submit date:2611211200 done date:2611211200';
  const text = more.text ?? `id:${id} sub:001 dlvrd:001 ${dates} stat:${stat} err:${err} text:042137 is your v`;
  const octets = more.coding === 8 ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'latin1');
  return Buffer.concat([
    Buffer.from([0, 1, 1]),
    cString('14155550100'),
    Buffer.from([5, 0]),
    cString('Shop'),
    Buffer.from([esmClass, 0, 0, 0, 0, 0, 0, more.coding ?? 0, 0, octets.length]),
    octets,
    ...(more.tlvs ?? []),
  ]);
}
