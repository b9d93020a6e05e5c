/**
 * Texts that callers give and people read. A message that brings a code is believed: whoever could put a link into it,
 * or make it show another thing than it holds, would have the best phishing that there is.
 */

/** Controls, directions, zero widths, halves of characters, and what is drawn as nothing; emoji may keep their variants. */
const INVISIBLE = /(?![\uFE0E\uFE0F])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

const PLACEHOLDER = /\{\{\s*\w+\s*\}\}/g;
const VARIANTS = /[\uFE0E\uFE0F]/g;
/** A dot as people write it who do not want to be seen: `evil[.]example`, `evil(dot)example`. */
const HIDDEN_DOT = /\s*[[({]\s*(?:\.|dot)\s*[\])}]\s*/gi;
/** Browsers take it for a dot; in Chinese and Japanese it ends sentences, so only between Latin letters. */
const IDEOGRAPHIC_DOT = /(?<=[a-z0-9])\u3002(?=[a-z0-9])/gi;

const LINKS = [
  /[a-z][a-z0-9+.-]*:\/\//i,
  /\bh(?:tt|xx)ps?\b\s*:?\/|\bhxxps?\b/i,
  /\b(?:https?|ftp|mailto|javascript):(?=\S)/i,
  /\bwww\./i,
  /\bxn--/i,
  // A domain, whatever its last part: new ones come every month, and phones learn them. Signs and vowel marks may be in it.
  /(?:[^\s\p{P}]|-)\.\p{L}[\p{L}\p{M}]/u,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
];

/** An e-mail's sender is an address, with or without a name before it. */
const ADDRESS_AT_END = /<?[^\s<>@]+@[^\s<>@]+>?$/;

/**
 * @param allowUrls what the application's `texts.allow_urls` says; false for those made over the API
 * @returns what is wrong with a text that reaches a person, as a problem's `message`; undefined when nothing is
 */
export function textFault(text: string, allowUrls: boolean): string | undefined {
  if (INVISIBLE.test(text)) return 'must not hold control, direction or zero-width characters';
  if (!allowUrls && holdsLink(text)) return 'must not hold an address of the web; a full stop needs a blank after it';
  return undefined;
}

/** The same for the sender of a message. */
export function senderFault(from: string, channel: string, allowUrls: boolean): string | undefined {
  return textFault(channel === 'email' ? from.replace(ADDRESS_AT_END, '') : from, allowUrls);
}

/** What a placeholder becomes is a word or a number: `{{code}}.com` would be a link, and `{{minutes}}.0.2.1`. */
const holdsLink = (text: string): boolean => ['xx', '1'].some((filled) => isLinked(text.replace(PLACEHOLDER, filled)));

function isLinked(text: string): boolean {
  const plain = text.normalize('NFKC').replace(VARIANTS, '');
  const dotted = plain.replace(HIDDEN_DOT, '.').replace(IDEOGRAPHIC_DOT, '.');
  return LINKS.some((link) => link.test(dotted));
}
