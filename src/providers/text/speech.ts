/** What makes a voice pause, in the writing of the language; a voice may read a foreign comma as a word, or not at all. */
const PAUSES: Readonly<Record<string, string>> = { ar: '، ', arb: '، ', cmn: '，', ja: '、', yue: '，', zh: '，' };

/**
 * The characters of a code, apart, so that a voice reads them one by one and not as a number.
 * @param locale a BCP 47 tag; its language decides
 */
export function spellCode(code: string, locale: string): string {
  const language = locale.split(/[-_]/)[0]?.toLowerCase() ?? '';
  return Array.from(code).join(PAUSES[language] ?? ', ');
}

/** Puts a vendor's own mark of a pause between the characters of a code that was spelled above, wherever it is said. */
export function markPauses(text: string, code: string, locale: string, mark: string): string {
  return text.replaceAll(spellCode(code, locale), () => Array.from(code).join(mark));
}
