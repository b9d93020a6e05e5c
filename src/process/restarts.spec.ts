import { describe, expect, it } from '@jest/globals';
import { pauseBefore } from './restarts.js';

describe('pauseBefore', () => {
  it.each([
    [0, 50, 100],
    [1, 50, 200],
    [4, 50, 1_600],
    [7, 50, 10_000],
    [2_000, 59_999, 10_000],
  ])('after %i crashes, the last one within %i ms, waits %i ms', (crashes, ranMs, ms) => {
    expect(pauseBefore(crashes, ranMs)).toEqual({ ms, crashes });
  });

  it('forgets the crashes of long ago', () => {
    expect(pauseBefore(7, 60_000)).toEqual({ ms: 100, crashes: 0 });
  });
});
