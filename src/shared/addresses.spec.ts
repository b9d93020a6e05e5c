import { describe, expect, it } from '@jest/globals';
import { addressList, isListed, visitorOf } from './addresses.js';

describe('isListed', () => {
  const list = addressList(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1']);

  it.each([
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['::ffff:10.1.2.3', true],
    ['::FFFF:11.1.2.3', false],
    ['2001:db8:ffff::1', true],
    ['2001:0DB8::1', true],
    ['2001:db9::1', false],
    ['::1', true],
    ['::1%lo', true],
    ['', false],
    ['unknown', false],
    ['10.0.0.1, 10.0.0.2', false],
    ['010.0.0.1', false],
  ])('%s: %s', (ip, listed) => {
    expect(isListed(list, ip)).toBe(listed);
  });
});

describe('visitorOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1::2:3:4:5', '2001:db8:1:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['::', '0:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    ['unknown', 'unknown'],
  ])('%s is %s', (ip, visitor) => {
    expect(visitorOf(ip)).toBe(visitor);
  });
});
