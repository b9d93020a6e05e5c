/** The part of the `smpp` package that we use: it has no types of its own. */
declare module 'smpp' {
  interface RawPdu {
    readonly command: string;
    readonly command_id: number;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly [field: string]: unknown;
    toBuffer(): Buffer;
  }

  type Decode = (octets: Buffer) => string;

  interface TlvType {
    read(buffer: Buffer, offset: number, length: number): unknown;
  }

  const smpp: {
    readonly PDU: {
      new (command: string, fields: object): RawPdu;
      new (buffer: Buffer): RawPdu;
    };
    readonly encodings: {
      /** What `data_coding` 0 is read as. */
      default: string;
      readonly ASCII: { encode(text: string): Buffer; decode: Decode };
      readonly LATIN1: { readonly decode: Decode };
    };
    readonly types: { readonly tlv: { readonly string: TlvType } };
    addTLV(name: string, options: { id: number; type: TlvType }): void;
  };
  export default smpp;
}
