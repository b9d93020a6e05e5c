import { textFault } from '../shared/safe-text.js';
import type { Template } from './config.js';
import { hasCode } from './plan-rules.js';

interface Text {
  /** Its language tag, as the template has it. */
  readonly language: string;
  readonly text: string;
}

/** `pt_BR` and `pt-br` are one language. */
const plainTag = (tag: string): string => tag.toLowerCase().replaceAll('_', '-');

export const languageOf = (tag: string): string => plainTag(tag).split('-')[0] ?? '';

/**
 * The text for a language: its own, that of a wider one (`pt-BR` → `pt`; RFC 4647, section 3.4), of the same language
 * elsewhere (`pt` → `pt-BR`), English, the first.
 */
export function textFor({ texts }: Pick<Template, 'texts'>, tag: string): Text {
  const all = Object.entries(texts).map(([language, text]) => ({ language, text }));
  const wanted = plainTag(tag).split('-');
  for (let length = wanted.length; length > 0; length--) {
    const range = wanted.slice(0, length).join('-');
    const found = all.find(({ language }) => plainTag(language) === range);
    if (found) return found;
  }
  const spoken = (name: string): Text | undefined => all.find(({ language }) => languageOf(language) === name);
  const found = spoken(languageOf(tag)) ?? spoken('en') ?? all[0];
  if (!found) throw new Error('a template without a text got past its checks');
  return found;
}

/** What a template's texts must be beyond their bounds, by language. */
export function textFaults(
  texts: Readonly<Record<string, string>>,
  allowUrls: boolean,
): { language: string; message: string }[] {
  const seen = new Set<string>();
  return Object.entries(texts).flatMap(([language, text]) => {
    const again = seen.has(plainTag(language));
    seen.add(plainTag(language));
    if (again) return [{ language, message: 'is the same language as another' }];
    const message = hasCode(text) ? textFault(text, allowUrls) : 'must hold {{code}}';
    return message === undefined ? [] : [{ language, message }];
  });
}
