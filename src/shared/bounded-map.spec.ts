import { expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

it('forgets the oldest when it is full', () => {
  const map = new BoundedMap<number>(3);
  for (const [index, key] of ['a', 'b', 'c', 'a', 'd'].entries()) map.set(key, index);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([3, undefined, 2, 4]);
  expect(map.has('b')).toBe(false);
});

it('forgets what it is told to', () => {
  const map = new BoundedMap<number>(3);
  for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
  map.deleteWhere((value) => value > 0);
  expect(['a', 'b', 'c'].map((key) => map.has(key))).toEqual([true, false, false]);
  map.clear();
  expect(map.isEmpty).toBe(true);
});
