import { languageOf } from '../config/template-text.js';

/**
 * The default texts by language. Code first: phones show the start of a message. GSM-7 letters where the language allows;
 * else so short that the plain text is one part of an SMS with the longest code and the longest life.
 */
interface Texts {
  readonly plain: string;
  readonly transaction: string;
}

const TEXTS: Readonly<Record<string, Texts>> = {
  en: {
    plain: '{{code}} is your verification code. It expires in {{minutes}} min. Do not share it.',
    transaction: '{{code}} approves the payment of {{amount}} {{currency}} to {{payee}}. Do not share it.',
  },
  de: {
    plain: '{{code}} ist Ihr Bestätigungscode. Er gilt {{minutes}} Min. Geben Sie ihn nicht weiter.',
    transaction: '{{code}} bestätigt die Zahlung von {{amount}} {{currency}} an {{payee}}. Geben Sie ihn nicht weiter.',
  },
  es: {
    plain: '{{code}} es tu código de verificación ({{minutes}} min). No lo compartas.',
    transaction: '{{code}} autoriza el pago de {{amount}} {{currency}} a {{payee}}. No lo compartas.',
  },
  fr: {
    plain: '{{code}} est votre code de vérification. Il expire dans {{minutes}} min. Ne le partagez pas.',
    transaction: '{{code}} autorise le paiement de {{amount}} {{currency}} à {{payee}}. Ne le partagez pas.',
  },
  it: {
    plain: '{{code}} è il tuo codice di verifica. Scade tra {{minutes}} min. Non condividerlo.',
    transaction: '{{code}} autorizza il pagamento di {{amount}} {{currency}} a {{payee}}. Non condividerlo.',
  },
  pt: {
    plain: '{{code}} é o seu código de verificação ({{minutes}} min). Não o partilhe.',
    transaction: '{{code}} autoriza o pagamento de {{amount}} {{currency}} a {{payee}}. Não o partilhe.',
  },
  nl: {
    plain: '{{code}} is je verificatiecode. De code verloopt over {{minutes}} min. Deel hem niet.',
    transaction: '{{code}} bevestigt de betaling van {{amount}} {{currency}} aan {{payee}}. Deel hem niet.',
  },
  pl: {
    plain: '{{code}} to Twój kod weryfikacyjny ({{minutes}} min). Nie udostępniaj go.',
    transaction: '{{code}} zatwierdza płatność {{amount}} {{currency}} dla {{payee}}. Nie udostępniaj go.',
  },
};

const FALLBACK = 'en';

/** @param locale a BCP 47 tag; its language decides, English where we have none */
export const textsFor = (locale: string): Texts => TEXTS[languageOf(locale)] ?? (TEXTS[FALLBACK] as Texts);

/** The locale itself, where there are texts of its language, or that of the texts which stand in. */
export const localeOfTexts = (locale: string): string => (TEXTS[languageOf(locale)] ? locale : FALLBACK);
