import { describe, expect, it } from '@jest/globals';
import { parseJson } from './json.js';

describe('parseJson', () => {
  it.each(['', '{', 'null x', '01', '"\\x"'])('does not read %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it.each([
    ['deep', '['.repeat(16_000) + ']'.repeat(16_000)],
    ['deep, below a name', `{"challenge":${'['.repeat(16_000)}${']'.repeat(16_000)}}`],
    ['long', `[${'0,'.repeat(3_000)}0]`],
  ])('does not read what is too %s', (_, text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
