/**
 * How the vendor writes the ids of messages in its answers and in its receipts. Some write the same number in hex here
 * and in decimal there, with other padding and case.
 * - `auto` one with a letter from A to F is hex, one of digits is decimal
 * - `hex_in_response` the answer's is hex, the receipt's decimal; but with such a letter it is hex there too
 * - `hex_in_receipt` the other way round
 */
export const ID_STYLES = ['auto', 'hex_in_response', 'hex_in_receipt'] as const;
export type IdStyle = (typeof ID_STYLES)[number];

const DECIMAL = /^\d+$/;
const HEX = /^[\da-f]+$/i;

/** One form for an id, wherever it stands: numbers in decimal without padding, anything else as it is. */
export function canonicalId(id: string, style: IdStyle, where: 'response' | 'receipt'): string {
  const isHex = style === `hex_in_${where}` || !DECIMAL.test(id);
  if (isHex) return HEX.test(id) ? BigInt(`0x${id}`).toString() : id;
  return DECIMAL.test(id) ? BigInt(id).toString() : id;
}

/**
 * The id of a receipt that may have two. A TLV may echo the answer's id, as the answer has it, beside a text with the
 * receipt's: where both then mean the same number, that is it. Else the TLV counts.
 */
export function receiptId(tlv: string, text: string, style: IdStyle): string {
  const inText = canonicalId(text, style, 'receipt');
  const echoed = canonicalId(tlv, style, 'response');
  return tlv === '' || echoed === inText ? inText : canonicalId(tlv, style, 'receipt');
}
