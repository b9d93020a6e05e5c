import { expect, it } from '@jest/globals';
import { slotOf } from './slot.js';

// The first is the test vector of the Redis Cluster specification, the others are what CLUSTER KEYSLOT says.
it.each([
  ['123456789', 12_739],
  ['{123456789}:v:1', 12_739],
  ['a{123456789}{b}', 12_739],
  ['{}123456789', 1_951],
  ['{123456789', 5_574],
])('finds the slot of %s', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});
