import { describe, expect, it } from '@jest/globals';
import { dangersOf, fullestOf, readFacts, worstOf } from './redis-facts.js';
import { parseRedisUrl } from '../config/redis-url.js';

const INFO = [
  '# Server',
  'redis_version:7.2.7',
  'redis_mode:standalone',
  '# Memory',
  'used_memory:1048576',
  'maxmemory:0',
  'maxmemory_policy:noeviction',
  '# Persistence',
  'aof_enabled:1',
  '# Replication',
  'role:master',
  'connected_slaves:2',
].join('\r\n');

const LOCAL = 'redis://127.0.0.1:6379';

describe('readFacts', () => {
  it('reads what INFO says', () => {
    expect(readFacts(INFO, 'everysec')).toEqual({
      version: '7.2.7',
      mode: 'standalone',
      role: 'master',
      replicas: 2,
      usedMemory: 1_048_576,
      maxMemory: 0,
      evictionPolicy: 'noeviction',
      appendOnly: true,
      fsync: 'everysec',
    });
  });

  it('makes nothing up', () => {
    expect(Object.values(readFacts('')).filter((value) => value !== undefined)).toEqual([]);
  });
});

describe('dangersOf', () => {
  const safe = readFacts(INFO);

  it.each([
    LOCAL,
    'redis://localhost',
    'redis://[::1]:6379',
    'unix:///run/redis.sock',
    'rediss://:secret@redis.internal:6380/1',
    'redis://user:secret@10.0.0.7',
  ])('finds none in a safe Redis at %s', (url) => {
    expect(dangersOf([safe], parseRedisUrl(url))).toEqual([]);
  });

  it.each(['redis://redis.internal', 'redis://10.0.0.7:6379', 'rediss://user@127.example.com'])(
    'misses a password at %s',
    (url) => {
      expect(dangersOf([safe], parseRedisUrl(url))).toEqual([expect.stringContaining('without a password')]);
    },
  );

  it('names a missing append-only file, and nothing that is not known', () => {
    expect(dangersOf([{ ...safe, appendOnly: false }], parseRedisUrl(LOCAL))).toEqual([
      expect.stringContaining('appendonly yes'),
    ]);
    expect(dangersOf([{}], parseRedisUrl(LOCAL))).toEqual([]);
  });

  it('names eviction where there is a limit to evict for', () => {
    const evicting = { ...safe, evictionPolicy: 'allkeys-lru' };
    expect(dangersOf([evicting], parseRedisUrl(LOCAL))).toEqual([]);
    expect(dangersOf([{ ...evicting, maxMemory: 1 }], parseRedisUrl(LOCAL))).toEqual([
      expect.stringContaining('allkeys-lru'),
    ]);
  });

  it('names each once, whichever primary of a cluster it comes from', () => {
    const evicting = { ...safe, evictionPolicy: 'allkeys-lru', maxMemory: 1 };
    const forgetful = { ...safe, appendOnly: false };
    const dangers = dangersOf([safe, forgetful, evicting, forgetful], parseRedisUrl(LOCAL));
    expect(dangers).toEqual([expect.stringContaining('appendonly yes'), expect.stringContaining('allkeys-lru')]);
  });

  it('names what it can when no server tells anything', () => {
    expect(dangersOf([], parseRedisUrl('redis://redis.internal'))).toHaveLength(1);
  });

  it('never prints the address', () => {
    const dangers = dangersOf(
      [{ appendOnly: false, maxMemory: 1, evictionPolicy: 'x' }],
      parseRedisUrl('redis://hush@redis.internal'),
    );
    expect(dangers).toHaveLength(3);
    expect(dangers.join()).not.toMatch(/hush|redis\.internal/);
  });
});

describe('worstOf', () => {
  const safe = readFacts(INFO);
  const alone = { ...safe, replicas: 0 };
  const evicting = { ...safe, evictionPolicy: 'allkeys-lru', maxMemory: 1 };
  const both = { ...evicting, appendOnly: false };

  it('finds the primary that loses data, else the one with the fewest replicas', () => {
    expect(worstOf([safe, alone, evicting, both])).toBe(both);
    expect(worstOf([safe, alone, evicting])).toBe(evicting);
    expect(worstOf([safe, alone])).toBe(alone);
    expect(worstOf([safe])).toBe(safe);
    expect(worstOf([])).toBeUndefined();
  });
});

describe('fullestOf', () => {
  const has = (usedMemory: number, maxMemory?: number) => ({ usedMemory, maxMemory });

  it('finds the primary that is nearest to its limit, else the one that holds most', () => {
    expect(fullestOf([has(900, 0), has(10, 100), has(20, 100)])).toEqual(has(20, 100));
    expect(fullestOf([has(1), has(3), has(2, 0)])).toEqual(has(3));
    expect(fullestOf([])).toBeUndefined();
  });
});
