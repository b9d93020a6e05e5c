import { describe, expect, it } from '@jest/globals';
import { parseJson } from './json.js';

const LONG = ['1234567890123456781', '-9007199254740993', '9007199254740992'];

describe('parseJson', () => {
  it.each<[string, unknown]>([
    ['{"id":1234567890123456781}', { id: '1234567890123456781' }],
    ['[1234567890123456781,-9007199254740993 , 9007199254740992]', LONG],
    ['1234567890123456781', '1234567890123456781'],
    // Nothing in a text is a number, however it is written.
    ['{"1234567890123456781":"1234567890123456781"}', { '1234567890123456781': '1234567890123456781' }],
    [String.raw`["a\\\"1234567890123456781","\\",1234567890123456781]`, ['a\\"1234567890123456781', '\\', LONG[0]]],
    ['"' + '0'.repeat(60_000) + '"', '0'.repeat(60_000)],
  ])('reads %.60s', (text, expected) => {
    expect(parseJson(text)).toEqual(expected);
  });

  it.each(['[9007199254740991,-9007199254740991,0,-1,12345]', '[1.12345678901234567,12345678901234567e-3,1e400]'])(
    'leaves alone what fits, or is no whole number: %s',
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', '{', 'null x', '01', '"\\x"', '01234567890123456781', '1234567890123456781 2'])(
    'does not read %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  it.each([
    ['deep', '['.repeat(16_000) + ']'.repeat(16_000)],
    ['deep, below a name', `{"challenge":${'['.repeat(16_000)}${']'.repeat(16_000)}}`],
    ['long', `[${'0,'.repeat(3_000)}0]`],
  ])('does not read what is too %s', (_, text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
