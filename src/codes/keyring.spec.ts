import { describe, expect, it } from '@jest/globals';
import { keySet, makeKeyring } from './keyring.js';

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);

describe('makeKeyring', () => {
  it('gives the same keys for the same secret, and each use another one', () => {
    const { current, lookup, callback } = makeKeyring([OLD]);
    expect(makeKeyring([OLD])).toEqual(makeKeyring([OLD]));
    const keys = [current.code, current.check, current.seal, current.token, lookup, callback].map((key) =>
      key.toString('hex'),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => key.length === 64)).toBe(true);
  });

  it('names each secret otherwise, without telling anything of it', () => {
    const ids = makeKeyring([NEW, OLD]).all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(NEW.toString('hex')).not.toContain(ids[0]);
  });

  it('writes with the first secret and looks up with the last, so that rotation finds what is there', () => {
    const before = makeKeyring([OLD]);
    const rotated = makeKeyring([NEW, OLD]);
    const after = makeKeyring([NEW]);
    expect(rotated.current).toEqual(after.current);
    expect(rotated.lookup).toEqual(before.lookup);
    expect(rotated.callback).toEqual(before.callback);
    expect(after.lookup).not.toEqual(before.lookup);
  });

  it('knows what any of them has looked up with, each once and the one of now first', () => {
    const [old, now] = [makeKeyring([OLD]), makeKeyring([NEW])];
    expect(old.lookups).toEqual([old.lookup]);
    const ring = makeKeyring([NEW, OLD, NEW]);
    expect(ring.lookups).toEqual([now.lookup, old.lookup]);
    expect(ring.callbacks).toEqual([now.callback, old.callback]);
    expect(makeKeyring([OLD, NEW, OLD]).lookups).toEqual([old.lookup, now.lookup]);
  });

  it('finds the key set that a record names, and none for a retired secret', () => {
    const retired = makeKeyring([OLD]).current.id;
    expect(keySet(makeKeyring([NEW, OLD]), retired)).toEqual(makeKeyring([OLD]).current);
    expect(keySet(makeKeyring([NEW]), retired)).toBeUndefined();
  });

  it('needs a secret', () => {
    expect(() => makeKeyring([])).toThrow('at least one secret');
  });
});
