import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { sharedAnswer } from './shared-answer.js';

let ends: ((error?: Error) => void)[];
let ask: () => Promise<number>;

beforeEach(() => {
  jest.useFakeTimers();
  ends = [];
  ask = sharedAnswer(1_000, async () => {
    const turn = ends.length + 1;
    await new Promise<void>((resolve, reject) => {
      ends.push((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    return turn;
  });
});

afterEach(() => {
  jest.useRealTimers();
});

it('is made once for all who ask while it is under way, and in the second from its beginning', async () => {
  const first = [ask(), ask()];
  jest.advanceTimersByTime(600);
  first.push(ask());
  ends[0]!();
  expect(await Promise.all(first)).toEqual([1, 1, 1]);
  jest.advanceTimersByTime(399);
  expect(await ask()).toBe(1);
  jest.advanceTimersByTime(1);
  const next = ask();
  ends[1]!();
  expect(await next).toBe(2);
});

it('is never under way twice, however long it takes', async () => {
  const first = ask();
  jest.advanceTimersByTime(5_000);
  const second = ask();
  expect(ends).toHaveLength(1);
  ends[0]!();
  expect(await Promise.all([first, second])).toEqual([1, 1]);
  void ask();
  expect(ends).toHaveLength(2);
});

it('is tried again after a failure', async () => {
  const failing = ask();
  ends[0]!(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  jest.advanceTimersByTime(1_000);
  const next = ask();
  ends[1]!();
  expect(await next).toBe(2);
});
