/** GENIQ's voices. Of the languages with several, the first one speaks where the person's country has none. */
export const VOICES = [
  'en-US',
  'en-GB',
  'en-AU',
  'en-IN',
  'cmn-CN',
  'zh-HK',
  'ms-MY',
  'id-ID',
  'arb',
  'es-ES',
  'es-US',
  'pt-PT',
  'pt-BR',
  'fr-FR',
  'fr-CA',
  'de-DE',
  'it-IT',
  'ja-JP',
  'ko-KR',
  'tr-TR',
  'ru-RU',
  'pl-PL',
  'th-TH',
  'vi-VN',
] as const;

export type Voice = (typeof VOICES)[number];

/** GENIQ names some voices by the code of the spoken language (ISO 639-3); texts carry that of the written one. */
const WRITTEN: Readonly<Record<string, string>> = { cmn: 'zh', arb: 'ar' };

const languageOf = (tag: string): string => {
  const language = tag.split(/[-_]/)[0]?.toLowerCase() ?? '';
  return WRITTEN[language] ?? language;
};

/**
 * The voice that reads a text.
 * @param locale the text's own (BCP 47, or with `_`)
 * @param preferred speaks its own language where the text names no country that has a voice, and what no voice speaks
 */
export function voiceFor(locale: string, preferred: Voice): Voice {
  const wanted = locale.replace('_', '-').toLowerCase();
  const language = languageOf(locale);
  const exact = VOICES.find((voice) => voice.toLowerCase() === wanted);
  if (exact) return exact;
  if (languageOf(preferred) === language) return preferred;
  return VOICES.find((voice) => languageOf(voice) === language) ?? preferred;
}
