import { isIPv4, type BlockList } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { addressList, isListed } from '../shared/addresses.js';
import { compileLists, findEntry } from './lists.js';
import type { ListEntry, Lists } from './policy.js';

const NOW = 1_000_000;

const range = (value: string, more: Partial<ListEntry> = {}): ListEntry => ({
  id: value,
  action: 'block',
  kind: 'ip_range',
  value,
  ...more,
});
const found = (lists: Lists, clientIp: string) =>
  findEntry(lists, { hash: 'nobody', address: '+4915112345678', clientIp }, NOW);
const idFor = (entries: ListEntry[], clientIp: string) => found(compileLists(entries), clientIp)?.id;

/** Mulberry32: the same numbers in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe('address ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.1.2.3/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1/32', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.0/31', '192.0.2.2', false],
    ['2001:db8::/32', '2001:0DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['64:ff9b::192.0.2.0/120', '64:ff9b::c000:2ff', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::/1', '10.1.2.3', true],
    ['::/1', 'unknown', false],
    ['::/1', '', false],
    ['10.0.0.0/8', '10.0.0.1, 10.0.0.2', false],
  ])('%s and %s: %s', (value, ip, listed) => {
    expect(idFor([range(value)], ip)).toBe(listed ? value : undefined);
    expect(isListed(addressList([value]), ip)).toBe(listed);
  });

  it('of all around an address one that blocks decides, while it lasts', () => {
    const narrow = range('10.1.0.0/16', { action: 'allow' });
    const wide = range('10.0.0.0/8');
    expect(idFor([narrow, wide], '10.1.2.3')).toBe(wide.id);
    expect(idFor([narrow, range('10.0.0.0/8', { expiresAt: NOW })], '10.1.2.3')).toBe(narrow.id);
    expect(idFor([range('10.0.0.0/8', { expiresAt: NOW })], '10.1.2.3')).toBeUndefined();
    const both = [range('10.0.0.0/8', { id: 'allowed', action: 'allow' }), range('10.0.0.0/8', { id: 'blocked' })];
    expect(idFor(both, '10.1.2.3')).toBe('blocked');
  });

  it('are found where a look at each of them finds them', () => {
    const below = random(7);
    const address = (): string =>
      below(2) === 0
        ? `10.0.${below(256)}.${below(256)}`
        : `2001:db8:${below(4).toString(16)}::${below(3).toString(16)}:${below(65_536).toString(16)}`;
    const entries = Array.from({ length: 60 }, (_, i) => {
      const ip = address();
      const most = isIPv4(ip) ? 32 : 128;
      return range(`${ip}/${Math.max(most - below(14), 1)}`, { id: `${i}` });
    });
    const lists = compileLists(entries);
    const naive = entries.map(({ id, value }): [string, BlockList] => [id, addressList([value])]);
    let listed = 0;
    for (let i = 0; i < 2_000; i++) {
      const ip = address();
      const around = naive.filter(([, list]) => isListed(list, ip)).map(([id]) => id);
      const entry = found(lists, ip);
      if (around.length === 0) expect(entry).toBeUndefined();
      else expect(around).toContain(entry?.id);
      listed += Math.min(around.length, 1);
    }
    expect(listed).toBeGreaterThan(100);
    expect(listed).toBeLessThan(1_900);
  });

  it('stop nobody for long, however many there are', () => {
    const entries = Array.from({ length: 10_000 }, (_, i) =>
      range(i % 2 === 0 ? `10.${i >> 8}.${i & 255}.0/24` : `2001:db8:${i.toString(16)}::/48`),
    );
    const lists = compileLists(entries);
    const looks = jest.spyOn(lists.ranges, 'get');
    expect(found(lists, '10.3.8.9')).toBeDefined();
    // One look for each length of a range that there is, not one for each range.
    expect(looks).toHaveBeenCalledTimes(2);
  });
});
