import { describe, expect, it } from '@jest/globals';
import { markPauses, spellCode } from './speech.js';

describe('spellCode', () => {
  it.each([
    ['en', '4, 8, 2'],
    ['de-AT', '4, 8, 2'],
    ['xx', '4, 8, 2'],
    ['', '4, 8, 2'],
    ['ar', '4، 8، 2'],
    ['arb', '4، 8، 2'],
    ['ja-JP', '4、8、2'],
    ['zh_HK', '4，8，2'],
    ['CMN-CN', '4，8，2'],
  ])('F9 keeps the digits apart in %s', (locale, spoken) => {
    expect(spellCode('482', locale)).toBe(spoken);
  });

  it('spells letters too', () => {
    expect(spellCode('A2B', 'en')).toBe('A, 2, B');
  });
});

describe('markPauses', () => {
  it('F10 uses the vendor’s mark, each time that the code is said', () => {
    const text = `Your code is ${spellCode('482', 'en')}. Again: ${spellCode('482', 'en')}. In 5, 8 min.`;
    expect(markPauses(text, '482', 'en', '##')).toBe('Your code is 4##8##2. Again: 4##8##2. In 5, 8 min.');
    expect(markPauses(spellCode('482', 'ja'), '482', 'ja', '$&')).toBe('4$&8$&2');
  });

  it('leaves a text alone that does not say the code', () => {
    expect(markPauses('Hello 4, 8.', '482', 'en', '##')).toBe('Hello 4, 8.');
  });
});
