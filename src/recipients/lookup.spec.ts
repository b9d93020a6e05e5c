import { describe, expect, it } from '@jest/globals';
import { recipientRef, referenceHash } from './lookup.js';

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
