/**
 * How the vendor writes the ids of messages in its answers and in its receipts. Some write the same number in hex here
 * and in decimal there, with other padding and case.
 * - `auto` one with a letter from A to F is hex, one of digits is decimal
 * - `hex_in_response` the answer's is hex, the receipt's decimal
 * - `hex_in_receipt` the other way round
 */
export const ID_STYLES = ['auto', 'hex_in_response', 'hex_in_receipt'] as const;
export type IdStyle = (typeof ID_STYLES)[number];

const DECIMAL = /^\d+$/;
const HEX = /^[\da-f]+$/i;

/** One form for an id, wherever it stands: numbers in decimal without padding, anything else as it is. */
export function canonicalId(id: string, style: IdStyle, where: 'response' | 'receipt'): string {
  const isHex = style === 'auto' ? !DECIMAL.test(id) : style === `hex_in_${where}`;
  if (isHex) return HEX.test(id) ? BigInt(`0x${id}`).toString() : id;
  return DECIMAL.test(id) ? BigInt(id).toString() : id;
}
