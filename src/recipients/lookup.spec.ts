import { describe, expect, it } from '@jest/globals';
import { makeKeyring } from '../codes/keyring.js';
import { recipientRef, referenceHash, whereFound } from './lookup.js';
import { parseRecipient } from './recipient.js';

const KEY = Buffer.alloc(32, 3);
const NUMBER = '+14155550100';

describe('recipientRef', () => {
  it('is the same for one address of one application, and another for any other', () => {
    const ref = recipientRef(KEY, 'shop', NUMBER);
    expect(recipientRef(KEY, 'shop', NUMBER)).toEqual(ref);
    const others = [
      recipientRef(KEY, 'other', NUMBER),
      recipientRef(KEY, 'shop', '+14155550101'),
      recipientRef(Buffer.alloc(32, 4), 'shop', NUMBER),
    ];
    for (const other of others) expect(other.hash).not.toBe(ref.hash);
  });

  it.each([
    ['+541123456789', '+5491123456789'],
    ['+543442123456', '+5493442123456'],
    ['+24106031234', '+2416031234'],
    ['+24107120775', '+2417120775'],
  ])('is the same for %s and %s, which ring one line', (one, other) => {
    for (const number of [one, other]) expect(parseRecipient(number)).toMatchObject({ address: number });
    expect(recipientRef(KEY, 'shop', one)).toEqual(recipientRef(KEY, 'shop', other));
  });

  it.each([
    ['+541123456789', '+541123456780'],
    ['+548001234567', '+5498001234567'],
    ['+24166031234', '+2416603123'],
    ['+24101721234', '+2411721234'],
    ['+390356109396', '+39356109396'],
    ['+541123456789', '+5411234567890'],
  ])('differs for %s and %s', (one, other) => {
    expect(recipientRef(KEY, 'shop', one).hash).not.toBe(recipientRef(KEY, 'shop', other).hash);
  });

  it('tells nothing of the number, and fits into a key', () => {
    const { shard, hash } = recipientRef(KEY, 'shop', NUMBER);
    expect(shard).toMatch(/^[0-9a-f]{2}$/);
    expect(hash).toMatch(/^[\w-]{22}$/);
  });

  it('spreads numbers over all shards', () => {
    const shards = Array.from({ length: 5_000 }, (_, i) => recipientRef(KEY, 'shop', `+1415555${i}`).shard);
    expect(new Set(shards).size).toBe(256);
  });
});

describe('referenceHash', () => {
  it('differs by application and reference, and from the hash of an address', () => {
    const hash = referenceHash(KEY, 'shop', NUMBER);
    expect(referenceHash(KEY, 'shop', NUMBER)).toBe(hash);
    expect(referenceHash(KEY, 'other', NUMBER)).not.toBe(hash);
    expect(referenceHash(KEY, 'shop', 'order-1')).not.toBe(hash);
    expect(recipientRef(KEY, 'shop', NUMBER).hash).not.toBe(hash);
  });
});

describe('whereFound', () => {
  const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const [old, now, both] = [makeKeyring([OLD]), makeKeyring([NEW]), makeKeyring([NEW, OLD, NEW])];
  const nameBy = (key: Buffer): string => referenceHash(key, 'shop', 'order-1');

  it.each([
    ['the other secret', [nameBy(old.lookup)], nameBy(old.lookup)],
    ['the one of now', [nameBy(now.lookup)], nameBy(now.lookup)],
    ['both', [nameBy(old.lookup), nameBy(now.lookup)], nameBy(now.lookup)],
    ['none', [], nameBy(now.lookup)],
  ])('is where it is known by %s', async (_by, known, expected) => {
    expect(await whereFound(both, nameBy, (name) => Promise.resolve(known.includes(name)))).toBe(expected);
  });

  it('asks nothing with one secret', async () => {
    expect(await whereFound(now, nameBy, () => Promise.reject(new Error('asked')))).toBe(nameBy(now.lookup));
  });
});
