import { describe, expect, it } from '@jest/globals';
import { ProviderError } from '../errors.js';
import { smsEncodingOf, writeSms, type SmsEncoding } from './sms.js';

const MANY = 255;
const lengths = (text: string): number[] => writeSms(text, MANY).parts.map(({ length }) => length);

describe('smsEncodingOf', () => {
  it('knows the 128 characters of the default alphabet but the escape, and the ten of the extension', () => {
    const all = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code));
    expect(all.filter((character) => smsEncodingOf(character) === 'gsm7')).toHaveLength(127 + 10);
  });

  it.each<[string, SmsEncoding]>([
    ['', 'gsm7'],
    ['042137 is your code. @£$¥ èéùìò ÄÖÑÜ äöñüà ß Æ Δ_ΦΓΛΩ', 'gsm7'],
    ['Ç', 'gsm7'],
    ['ç', 'ucs2'],
    ['á', 'ucs2'],
    ['{}[]~|^\\€\f', 'gsm7'],
    ['`', 'ucs2'],
    ['\t', 'ucs2'],
    ['\u001B', 'ucs2'],
    ['don’t', 'ucs2'],
    ['a — b', 'ucs2'],
    ['Код 042137', 'ucs2'],
    ['🔐', 'ucs2'],
    ['e\u0301', 'ucs2'],
  ])('writes %j as %s', (text, encoding) => {
    expect(smsEncodingOf(text)).toBe(encoding);
  });
});

describe('writeSms', () => {
  it.each<[what: string, text: string, parts: number[]]>([
    ['nothing', '', [0]],
    ['160 septets', 'a'.repeat(160), [160]],
    ['161 septets', 'a'.repeat(161), [153, 8]],
    ['two full parts', 'a'.repeat(306), [153, 153]],
    ['one more', 'a'.repeat(307), [153, 153, 1]],
    ['80 extension characters', '€'.repeat(80), [80]],
    ['81 extension characters', '€'.repeat(81), [76, 5]],
    ['an escape that just fits', 'a'.repeat(151) + '€' + 'a'.repeat(20), [152, 20]],
    ['an escape at the border', 'a'.repeat(152) + '€' + 'a'.repeat(20), [152, 21]],
    ['an escape as 160th septet', 'a'.repeat(159) + '€', [153, 7]],
  ])('E14 counts 7-bit texts: %s', (_, text, parts) => {
    expect(writeSms(text, MANY).encoding).toBe('gsm7');
    expect(lengths(text)).toEqual(parts);
  });

  it.each<[what: string, text: string, parts: number[]]>([
    ['70 units', 'ж'.repeat(70), [70]],
    ['71 units', 'ж'.repeat(71), [67, 4]],
    ['two full parts', 'ж'.repeat(134), [67, 67]],
    ['one more', 'ж'.repeat(135), [67, 67, 1]],
    ['35 pairs', '🔐'.repeat(35), [70]],
    ['36 pairs', '🔐'.repeat(36), [66, 6]],
    ['a pair that just fits', 'ж'.repeat(65) + '🔐' + 'ж'.repeat(10), [67, 10]],
    ['a pair at the border', 'ж'.repeat(66) + '🔐' + 'ж'.repeat(10), [66, 12]],
    ['half a pair', '\uD83D'.repeat(71), [67, 4]],
    ['an extension character among others', '€'.repeat(69) + 'ж', [70]],
  ])('E14 counts Unicode texts: %s', (_, text, parts) => {
    expect(writeSms(text, MANY).encoding).toBe('ucs2');
    expect(lengths(text)).toEqual(parts);
  });

  it.each(['a', '€', 'ж', '🔐', 'a€', 'aж🔐'])('loses nothing of a text of %s', (sample) => {
    for (let times = 1; times < 400; times += 7) {
      const text = sample.repeat(times);
      const { parts } = writeSms(text, MANY);
      expect(parts.join('')).toBe(text);
    }
  });

  it('refuses what takes more parts than are paid for', () => {
    expect(writeSms('a'.repeat(306), 2).parts).toHaveLength(2);
    expect(() => writeSms('a'.repeat(307), 2)).toThrow(new ProviderError('bad_message', 'too_many_parts'));
    expect(writeSms('ж'.repeat(70), 1).parts).toHaveLength(1);
    expect(() => writeSms('ж'.repeat(71), 1)).toThrow(ProviderError);
  });
});
