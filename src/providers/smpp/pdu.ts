import smpp from 'smpp';

/** A PDU as it was received. Fields that it does not carry are undefined. */
export interface Pdu {
  /** The command's name, or `unknown`. */
  readonly command: string;
  readonly isResponse: boolean;
  readonly status: number;
  readonly sequence: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Header and body of a frame of which only the header could be read. */
export class MalformedPdu extends Error {
  constructor(
    readonly isResponse: boolean,
    readonly sequence: number,
  ) {
    super('malformed PDU');
  }
}

const RESPONSE = 0x80000000;

// Delivery receipts call themselves `data_coding` 0 or 1 and hold ASCII: as the GSM alphabet a `_` in an id would become `§`.
smpp.encodings.default = 'LATIN1';
smpp.encodings.ASCII.decode = smpp.encodings.LATIN1.decode;

// The package reads on to the next NUL, over the next TLVs where a vendor leaves it out.
smpp.addTLV('receipted_message_id', {
  id: 0x001e,
  type: {
    read: (buffer, offset, length) => buffer.toString('latin1', offset, offset + length).replace(/\0.*$/s, ''),
  },
});

// India's distributed ledger (DLT): who sends, by which template, through which telemarketer.
for (const [name, id] of Object.entries({
  dlt_entity_id: 0x1400,
  dlt_template_id: 0x1401,
  dlt_telemarketer_id: 0x1402,
}))
  smpp.addTLV(name, { id, type: smpp.types.tlv.string });

/** @param fields by their names in the SMPP 3.4 specification; a `status` other than 0 travels without them */
export const writePdu = (command: string, sequence: number, fields: object = {}, status = 0): Buffer =>
  new smpp.PDU(command, { ...fields, command_status: status, sequence_number: sequence }).toBuffer();

/** Reads one whole frame. @throws MalformedPdu when its body is not what its command says */
export function readPdu(frame: Buffer): Pdu {
  const isResponse = (frame.readUInt32BE(4) & RESPONSE) !== 0;
  try {
    const raw = new smpp.PDU(frame);
    const { command, command_status: status, sequence_number: sequence } = raw;
    return { command, isResponse, status, sequence, fields: raw };
  } catch {
    throw new MalformedPdu(isResponse, frame.readUInt32BE(12));
  }
}

/** The text in the GSM default alphabet, a septet in each octet (3GPP TS 23.038 §6.2.1). */
export const gsm7Octets = (text: string): Buffer => smpp.encodings.ASCII.encode(text);
