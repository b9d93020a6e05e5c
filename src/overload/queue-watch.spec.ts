import { describe, expect, it } from '@jest/globals';
import { lateness } from './queue-watch.js';

describe('lateness', () => {
  const job = (id: string, at: number) => ({ id, at });

  it('is that of the least late account that was given work', () => {
    expect(lateness(new Map(), new Map(), 9_000)).toBe(0);
    const oldest = new Map([
      ['slow', job('a', 1_000)],
      ['main', job('b', 7_000)],
    ]);
    expect(lateness(oldest, new Map(), 9_000)).toBe(2_000);
    expect(lateness(new Map([...oldest, ['idle', undefined]]), new Map(), 9_000)).toBe(0);
  });

  it('does not count a queue of which nothing is taken', () => {
    const oldest = new Map([['main', job('b', 1_000)]]);
    expect(lateness(oldest, new Map([['main', job('a', 500)]]), 9_000)).toBe(8_000);
    expect(lateness(oldest, oldest, 9_000)).toBe(0);
  });
});
