import { describe, expect, it } from '@jest/globals';
import { alphabets, type Alphabet } from './alphabets.js';
import { makeCode, type CodeRecipe } from './make-code.js';

const KEY = Buffer.alloc(32, 7);
const RECIPE: CodeRecipe = {
  verificationId: '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07',
  generation: 1,
  issuedAt: 1_750_000_000,
  ttl: 300,
  length: 6,
  alphabet: 'digits',
};

/** The codes of so many verifications; nothing here is random, so a result is for ever. */
const codesOf = (count: number, recipe: Partial<CodeRecipe> = {}): string[] =>
  Array.from({ length: count }, (_, i) => makeCode(KEY, { ...RECIPE, ...recipe, verificationId: `v-${i}` }));

/** How far the characters at each position are from equally frequent: χ² with one less degree than characters. */
function unevenness(codes: readonly string[], characters: string): number[] {
  const length = codes[0]!.length;
  const expected = codes.length / characters.length;
  return Array.from({ length }, (_, position) => {
    const counts = new Map(Array.from(characters, (character) => [character, 0]));
    for (const code of codes) counts.set(code[position]!, counts.get(code[position]!)! + 1);
    return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  });
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The χ² that an unbiased source exceeds once in a million times (Wilson and Hilferty's approximation). */
const bound = (degrees: number) => degrees * (1 - 2 / (9 * degrees) + 4.7534 * Math.sqrt(2 / (9 * degrees))) ** 3;

describe('makeCode', () => {
  const code = makeCode(KEY, RECIPE);

  it('makes the same code of the same recipe', () => {
    expect(makeCode(Buffer.from(KEY), { ...RECIPE })).toBe(code);
    expect(makeCode(KEY, { ...RECIPE, length: 12 })).toBe(makeCode(KEY, { ...RECIPE, length: 12 }));
  });

  it.each<[string, Partial<CodeRecipe>]>([
    ['verification', { verificationId: '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c08' }],
    ['generation', { generation: 2 }],
    ['time of issue', { issuedAt: RECIPE.issuedAt + 300 }],
  ])('makes another one for another %s', (_, change) => {
    for (const length of [8, 12]) {
      expect(makeCode(KEY, { ...RECIPE, length, ...change })).not.toBe(makeCode(KEY, { ...RECIPE, length }));
    }
  });

  it('makes another one with another key', () => {
    expect(makeCode(Buffer.alloc(32, 8), { ...RECIPE, length: 8 })).not.toBe(makeCode(KEY, { ...RECIPE, length: 8 }));
  });

  it('does not mix up the verification and its generation', () => {
    const one = makeCode(KEY, { ...RECIPE, length: 12, verificationId: 'v-1', generation: 11 });
    const other = makeCode(KEY, { ...RECIPE, length: 12, verificationId: 'v-11', generation: 1 });
    expect(one).not.toBe(other);
  });

  const lengths = [4, 5, 6, 7, 8, 9, 10, 11, 12];
  const names = Object.keys(alphabets) as Alphabet[];
  it.each(names.flatMap((alphabet) => lengths.map((length) => ({ alphabet, length }))))(
    'makes $length characters of the alphabet $alphabet',
    ({ alphabet, length }) => {
      const shape = new RegExp(`^[${alphabets[alphabet]}]{${length}}$`);
      expect(codesOf(100, { alphabet, length }).filter((made) => !shape.test(made))).toEqual([]);
    },
  );

  it('can make the first code of all and the last', () => {
    const at = (counter: number) => makeCode(KEY, { ...RECIPE, verificationId: 'v', issuedAt: counter * 300 });
    // Found by search.
    expect(at(75_868)).toBe('000000');
    expect(at(248_182)).toBe('999999');
    const short = new Set(codesOf(100_000, { length: 4 }));
    expect(short.has('0000') && short.has('9999')).toBe(true);
  });

  it('gives each digit its share at each position: 100 000 codes of six digits', () => {
    const codes = codesOf(100_000);
    const found = unevenness(codes, alphabets.digits);
    expect(Math.max(...found)).toBeLessThan(bound(9));
    expect(sum(found)).toBeLessThan(bound(6 * 9));
    const leadingZero = codes.filter((made) => made.startsWith('0')).length;
    expect(leadingZero).toBeGreaterThan(9_500);
    expect(leadingZero).toBeLessThan(10_500);
    // Of a million codes, 100 000 draws meet about 95 163 different ones.
    expect(new Set(codes).size).toBeGreaterThan(94_500);
  });

  it.each(names)('gives each character its share at each position: 100 000 long codes of %s', (alphabet) => {
    const characters = alphabets[alphabet];
    const found = unevenness(codesOf(100_000, { alphabet, length: 12 }), characters);
    expect(Math.max(...found)).toBeLessThan(bound(characters.length - 1));
    expect(sum(found)).toBeLessThan(bound(12 * (characters.length - 1)));
  });
});
