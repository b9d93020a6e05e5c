import { describe, expect, it } from '@jest/globals';
import { textFaults, textFor } from './template-text.js';

/** Texts that say only what language they are in. */
const template = (...languages: string[]) => ({ texts: Object.fromEntries(languages.map((tag) => [tag, tag])) });

describe('the text for a language', () => {
  it.each<[string, string[], string]>([
    ['pt-BR', ['en', 'pt', 'pt-BR'], 'pt-BR'],
    ['pt_br', ['en', 'pt', 'pt-BR'], 'pt-BR'],
    ['pt-BR', ['en', 'pt_BR'], 'pt_BR'],
    ['pt-BR', ['en', 'pt'], 'pt'],
    ['zh-Hant-TW', ['zh', 'zh-Hant', 'en'], 'zh-Hant'],
    ['pt', ['en', 'pt-BR'], 'pt-BR'],
    ['pt-PT', ['en', 'pt-BR'], 'pt-BR'],
    ['fr', ['de', 'en'], 'en'],
    ['fr', ['de', 'en-GB'], 'en-GB'],
    ['fr', ['de', 'it'], 'de'],
    ['x', ['de'], 'de'],
    ['p', ['en', 'pt'], 'en'],
  ])('of %s among %j is that of %s', (tag, languages, expected) => {
    expect(textFor(template(...languages), tag)).toEqual({ language: expected, text: expected });
  });
});

describe('texts', () => {
  it('hold the code', () => {
    expect(textFaults({ en: '{{code}}', de: 'Ihr {{ code }}!' }, false)).toEqual([]);
    expect(textFaults({ en: '{{code}}', de: 'Ihr {{ cod }}' }, false)).toEqual([
      { language: 'de', message: 'must hold {{code}}' },
    ]);
  });

  it('are of languages that differ by more than their spelling', () => {
    const texts = { 'pt-BR': '{{code}}', pt_br: '{{code}}', pt: '{{code}}' };
    expect(textFaults(texts, false).map(({ language }) => language)).toEqual(['pt_br']);
  });
});
