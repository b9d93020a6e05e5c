import { describe, expect, it } from '@jest/globals';
import { parseLimits, parseWaits } from './limits.js';

describe('parseLimits', () => {
  it.each<[unknown, [number, number][]]>([
    ['off', []],
    ['1/1s', [[1, 1]]],
    ['5/10m', [[5, 600]]],
    ['20/2h', [[20, 7_200]]],
    ['1000/30d', [[1_000, 2_592_000]]],
    [['5/10m'], [[5, 600]]],
    [
      ['5/1h', '10/1d'],
      [
        [5, 3_600],
        [10, 86_400],
      ],
    ],
  ])('reads %j', (text, expected) => {
    expect(parseLimits(text)).toEqual(expected.map(([count, seconds]) => ({ count, seconds })));
  });

  it.each([
    ['5', '0/10m', '5/0m', '05/10m', '5/10', '5/10w', '-5/10m', '5.5/10m', ' 5/10m', '5/10m\n', '5/10m,9/1h', 'on', ''],
    ['1001/1h', '1/31d', '1/2592001s', '9999999/1s', '1/99999999s', 7, true, false, null, undefined, {}],
    [[], ['5/1h', 'off'], ['5/1h', 7], [['5/1h']], [5], Array(6).fill('5/1h')],
  ])('refuses what is no limit, or one that would be dear to keep', (...values) => {
    for (const value of values) expect([value, parseLimits(value)]).toEqual([value, undefined]);
  });
});

describe('parseWaits', () => {
  it.each([[[1]], [[30, 60, 120, 300]], [[86_400, 1]], [Array(10).fill(5)]])('reads %j', (waits) => {
    expect(parseWaits(waits)).toEqual(waits);
  });

  it('reads off', () => {
    expect(parseWaits('off')).toEqual([]);
  });

  it.each([[[]], [[0]], [[86_401]], [[1.5]], [['30']], [[30, null]], [Array(11).fill(5)], ['30'], [30], [null], [{}]])(
    'refuses %j',
    (waits) => {
      expect(parseWaits(waits)).toBeUndefined();
    },
  );
});
