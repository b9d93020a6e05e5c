/** The platform's voices, by locale; a bare language is what its regions fall back to. */
const VOICES: Readonly<Record<string, string>> = {
  ar: 'Zeina',
  'ar-AE': 'Hala',
  ca: 'Arlet',
  cmn: 'Zhiyu',
  cy: 'Gwyneth',
  da: 'Naja',
  de: 'Marlene',
  en: 'Kendra',
  'en-AU': 'Nicole',
  'en-GB': 'Amy',
  'en-IN': 'Raveena',
  'en-NZ': 'Aria',
  'en-ZA': 'Ayanda',
  es: 'Conchita',
  'es-MX': 'Mia',
  'es-US': 'Lupe',
  fi: 'Suvi',
  fr: 'Léa',
  'fr-CA': 'Chantal',
  hi: 'Aditi',
  is: 'Dóra',
  it: 'Carla',
  ja: 'Mizuki',
  ko: 'Seoyeon',
  nb: 'Liv',
  nl: 'Laura',
  no: 'Liv',
  pl: 'Ewa',
  pt: 'Inês',
  'pt-BR': 'Camila',
  ro: 'Carmen',
  ru: 'Tatyana',
  sv: 'Astrid',
  tr: 'Filiz',
  yue: 'Hiujin',
  zh: 'Zhiyu',
  'zh-HK': 'Hiujin',
};

/**
 * The voice that speaks a locale (`en`, `en-GB`, `en_GB`).
 * @param chosen the account's own, which go before the usual ones
 * @returns undefined when none does: then the platform speaks with its own
 */
export function voiceFor(locale: string, chosen: Readonly<Record<string, string>>): string | undefined {
  const tag = locale.replace('_', '-').toLowerCase();
  const names = [tag, tag.split('-')[0]];
  return find(chosen, names) ?? find(VOICES, names);
}

function find(voices: Readonly<Record<string, string>>, names: readonly (string | undefined)[]): string | undefined {
  const entries = Object.entries(voices).map(([locale, voice]) => [locale.replace('_', '-').toLowerCase(), voice]);
  const byLocale = new Map(entries as [string, string][]);
  return names.map((name) => byLocale.get(name ?? '')).find((voice) => voice !== undefined);
}
