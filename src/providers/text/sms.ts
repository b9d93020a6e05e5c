import { ProviderError } from '../errors.js';

/** How a short message is written: 7-bit letters (3GPP TS 23.038 §6.2.1), or UTF-16 for everything else (§6.2.3). */
export type SmsEncoding = 'gsm7' | 'ucs2';

export interface SmsText {
  readonly encoding: SmsEncoding;
  /** The text of each part, in order. More than one needs a concatenation header (UDH or SAR) each. */
  readonly parts: readonly string[];
}

/** The default alphabet in the order of its codes; the escape at 0x1B is no character of a text. */
const GSM7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ' +
  'ÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** The extension table (§6.2.1.1): each of these travels behind an escape, so it takes two septets. */
const GSM7_EXTENSION = '\f^{}\\[~]|€';

const SEPTETS: ReadonlyMap<string, number> = new Map([
  ...Array.from(GSM7, (character) => [character, 1] as const),
  ...Array.from(GSM7_EXTENSION, (character) => [character, 2] as const),
]);

/** Units (septets, or UTF-16 code units) of a lone message, and of one part beside its header of six octets. */
const ROOM: Readonly<Record<SmsEncoding, { readonly single: number; readonly part: number }>> = {
  gsm7: { single: 160, part: 153 },
  ucs2: { single: 70, part: 67 },
};

/** One character outside the 7-bit alphabet (an emoji, a curly quote, `ç`) makes the whole text UCS-2. */
export function smsEncodingOf(text: string): SmsEncoding {
  return Array.from(text).every((character) => SEPTETS.has(character)) ? 'gsm7' : 'ucs2';
}

/**
 * How a text is written where the account's settings want one of the two.
 * @throws ProviderError `bad_message` for a text that the 7-bit letters would spoil
 */
export function encodingFor(text: string, wanted: SmsEncoding | undefined): SmsEncoding {
  const needed = smsEncodingOf(text);
  if (wanted === 'gsm7' && needed === 'ucs2') throw new ProviderError('bad_message', 'text_needs_unicode');
  return wanted ?? needed;
}

/**
 * Writes a text as a short message, in as many parts as it takes. No part ends within an escaped character or a
 * surrogate pair.
 * @param mostParts as many parts as the sender pays for
 * @param encoding where it is not what would do: the vendor cannot take that, or the settings want another
 * @throws ProviderError `bad_message` when the text needs more
 */
export function writeSms(text: string, mostParts: number, encoding = smsEncodingOf(text)): SmsText {
  const parts = split(text, encoding);
  if (parts.length > mostParts) throw new ProviderError('bad_message', 'too_many_parts');
  return { encoding, parts };
}

function split(text: string, encoding: SmsEncoding): string[] {
  const { single, part } = ROOM[encoding];
  const unitsOf = (character: string): number =>
    encoding === 'gsm7' ? (SEPTETS.get(character) ?? 1) : character.length;
  const characters = Array.from(text);
  if (characters.reduce((sum, character) => sum + unitsOf(character), 0) <= single) return [text];

  const parts: string[] = [];
  let current = '';
  let units = 0;
  for (const character of characters) {
    if (units + unitsOf(character) > part) {
      parts.push(current);
      current = '';
      units = 0;
    }
    current += character;
    units += unitsOf(character);
  }
  return [...parts, current];
}
