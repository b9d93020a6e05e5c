/** The header alone; SMPP 3.4 §3.2. */
const SHORTEST = 16;
/** No PDU that we know is a quarter of it; what says it is longer is no SMPP, or would only fill memory. */
const LONGEST = 16 * 1024;

/** What came is not SMPP: where the next PDU begins cannot be told any more. */
export class LostFrame extends Error {}

/** Cuts a stream of octets into frames of one PDU each. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0);

  /** Gives the frames that are whole now; all of them, before it finds itself lost. @throws LostFrame */
  *add(chunk: Buffer): Generator<Buffer, void> {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 4) {
      const length = this.rest.readUInt32BE(0);
      if (length < SHORTEST || length > LONGEST) throw new LostFrame(`a length of ${length}`);
      if (this.rest.length < length) return;
      const frame = this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      yield frame;
    }
  }
}
