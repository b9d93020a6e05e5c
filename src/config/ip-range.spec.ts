import { expect, it } from '@jest/globals';
import { isRange } from './ip-range.js';

it.each(['192.0.2.1', '10.0.0.0/8', '192.0.2.1/32', '::1', '2001:db8::/32', '2001:db8::1/128'])('%s is one', (text) => {
  expect(isRange(text)).toBe(true);
});

it.each([
  '',
  'localhost',
  '10.0.0.0/33',
  '10.0.0.0/0',
  '10.0.0.0/',
  '10.0.0.0/08',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '::/129',
  'fe80::1%eth0',
  'fe80::1%eth0/64',
])('%s is none', (text) => {
  expect(isRange(text)).toBe(false);
});
