import { describe, expect, it } from '@jest/globals';
import { afterFailure, shouldPause, shouldRest } from './policy.js';

const HOUR = 3_600_000;
const START = 1_800_000_000_000;
const failures = (attempts: number, more = {}) => ({ attempts, firstAt: START, resumedAt: 0, ...more });

describe('after a failure', () => {
  it.each([
    [1, 10],
    [2, 100],
    [3, 1_000],
    [4, 10_000],
    [5, 10_000],
    [12, 10_000],
  ])('of attempt %d the next is due in %d s, and up to a tenth later', (attempts, seconds) => {
    expect(afterFailure(failures(attempts), START, 0)).toBe(START + seconds * 1_000);
    expect(afterFailure(failures(attempts), START, 1)).toBe(START + seconds * 1_100);
  });

  it('there is no next one when it has been tried for a day', () => {
    expect(afterFailure(failures(12), START + 24 * HOUR - 1, 0)).not.toBe('dead');
    expect(afterFailure(failures(12), START + 24 * HOUR, 0)).toBe('dead');
    expect(afterFailure(failures(12, { resumedAt: START + HOUR }), START + 24 * HOUR, 0)).not.toBe('dead');
  });

  it.each([0, 0.5, 1])('an event that always fails is tried for more than a day (%d)', (random) => {
    let now = START;
    for (let attempts = 1; ; attempts++) {
      const next = afterFailure(failures(attempts), now, random);
      if (next === 'dead') break;
      now = next;
      expect(attempts).toBeLessThan(20);
    }
    expect(now - START).toBeGreaterThanOrEqual(24 * HOUR);
    expect(now - START).toBeLessThan(28 * HOUR);
  });
});

it('H8 an event is dead after as many attempts as its webhook sets', () => {
  const failures = (attempts: number) => ({ attempts, firstAt: START, resumedAt: 0, most: 3 });
  expect([1, 2, 3].map((attempts) => afterFailure(failures(attempts), START, 0))).toEqual([
    START + 10_000,
    START + 100_000,
    'dead',
  ]);
});

it('a webhook is paused after a day of nothing but failures, counted from when it was last made active', () => {
  expect(shouldPause(0, 0, START)).toBe(false);
  expect(shouldPause(START, 0, START + 24 * HOUR - 1)).toBe(false);
  expect(shouldPause(START, 0, START + 24 * HOUR)).toBe(true);
  expect(shouldPause(START, START + HOUR, START + 24 * HOUR)).toBe(false);
});

it('a webhook rests after ten failures in a row', () => {
  expect([0, 9, 10, 11].map(shouldRest)).toEqual([false, false, true, true]);
});
