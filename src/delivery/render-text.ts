import type { Channel } from '../providers/contract.js';
import { spellCode } from '../providers/text/speech.js';
import type { Facts } from '../store/facts.js';
import { textsFor } from './texts.js';

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/**
 * The text of one message. Placeholders: `code`, `minutes` (of life left), and of a transaction `amount`, `currency`,
 * `payee`. In speech the characters of the code stand apart, so that they are read one by one.
 */
export function renderText(input: {
  facts: Pick<Facts, 'transaction' | 'autofill'>;
  locale: string;
  channel: Channel;
  template?: string;
  code: string;
  secondsLeft: number;
}): string {
  const { facts, locale, channel, code, secondsLeft } = input;
  const { transaction } = facts;
  const texts = textsFor(locale);
  const template = input.template ?? (transaction ? texts.transaction : texts.plain);
  const values = new Map(
    Object.entries({
      code: channel === 'voice' ? spellCode(code, locale) : code,
      minutes: String(Math.max(1, Math.round(secondsLeft / 60))),
      ...transaction,
    }),
  );
  const text = template.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
  return channel === 'sms' ? text + autofillLine(facts, code) : text;
}

/** Both formats must be the last line: Android's SMS Retriever wants the hash there, WebOTP the bound origin. */
function autofillLine({ autofill }: Pick<Facts, 'autofill'>, code: string): string {
  if (!autofill) return '';
  return 'app_hash' in autofill ? `\n\n${autofill.app_hash}` : `\n\n@${autofill.origin} #${code}`;
}
