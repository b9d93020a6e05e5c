import { expect, it } from '@jest/globals';
import { TellingRate } from './telling-rate.js';

it('tells of sixty refusals a minute, of each application', () => {
  const rate = new TellingRate();
  const told = (application: string, now: number) =>
    Array.from({ length: 100 }, () => rate.allows(application, now)).filter(Boolean).length;
  expect(told('shop', 0)).toBe(60);
  expect(told('shop', 59_999)).toBe(0);
  expect(told('other', 59_999)).toBe(60);
  expect(told('shop', 60_000)).toBe(60);
});
