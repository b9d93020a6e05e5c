import { describe, expect, it } from '@jest/globals';
import { alphabets, normaliseCode } from './alphabets.js';

describe('alphabets', () => {
  it('hold each character once, and letters only in capitals', () => {
    for (const characters of Object.values(alphabets)) {
      expect(new Set(characters).size).toBe(characters.length);
      expect(characters).toBe(characters.toUpperCase());
    }
  });

  it('leave out what people confuse: I L O, and 0 1 beside letters', () => {
    expect(alphabets.letters).not.toMatch(/[ILO]/);
    expect(alphabets.alphanumeric).not.toMatch(/[ILO01]/);
    expect(alphabets.digits).toBe('0123456789');
  });

  it('survive their own normalisation', () => {
    for (const characters of Object.values(alphabets)) expect(normaliseCode(characters)).toBe(characters);
  });
});

describe('normaliseCode', () => {
  it.each([
    ['nothing to do', '042137', '042137'],
    ['blanks', ' 042 137 ', '042137'],
    ['no-break and narrow blanks', '042\u00A0137\u202F', '042137'],
    ['ideographic blanks, tabs, ends of line', '\u3000042\t137\r\n', '042137'],
    ['a dash', '042-137', '042137'],
    ['every typographic dash', '0\u20104\u20112\u20121\u20133\u20147\u2015', '042137'],
    ['small letters', 'ab3d', 'AB3D'],
    ['Arabic digits', '٠١٢٣٤٥٦٧٨٩', '0123456789'],
    ['Persian digits', '۰۱۲۳۴۵۶۷۸۹', '0123456789'],
    ['Devanagari digits', '०१२३४५६७८९', '0123456789'],
    ['full-width digits', '0123456789', '0123456789'],
    ['a mixture', '०4-۲ 1٣7', '042137'],
    ['nothing', ' - ', ''],
  ])('takes %s', (_, typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  it.each(['042.137', '042_137', '042+137', '042137\u0000', 'Ⅻ', '①②③④'])('leaves %j no code', (typed) => {
    expect(normaliseCode(typed)).not.toMatch(/^[A-Z0-9]{4,12}$/);
  });
});
