import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_LIMITS } from '../../src/config/limits.js';
import type { IndexPosition } from '../../src/store/index-merge.js';
import { allShards, byReferenceKey, byTimeKey, newVerificationId } from '../../src/store/keys.js';
import { SearchStore, type SearchQuestion } from '../../src/store/search.store.js';
import { VerificationStore } from '../../src/store/verification.store.js';
import { TestRedis } from '../support/redis.js';

const ALL = { application: 'shop', limits: NO_LIMITS };
const NOW = 1_800_000_000_000;

let redis: TestRedis;
let store: SearchStore;

beforeAll(async () => {
  redis = await TestRedis.start();
  store = new SearchStore(redis.client, new VerificationStore(redis.client));
});

beforeEach(() => redis.client.flushall());

afterAll(() => redis.stop());

/** Entries without records: a search passes over those one by one. @returns in the order of a search */
async function filled(count: number, timeOf: (i: number) => number, shardOf: (i: number) => string, keyOf = timeKey) {
  const entries = Array.from({ length: count }, (_, i): IndexPosition => {
    return { createdAt: timeOf(i), id: newVerificationId(shardOf(i)) };
  });
  await Promise.all(entries.map(({ createdAt, id }) => redis.client.zadd(keyOf(id.slice(-2)), createdAt, id)));
  return entries.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
}

const timeKey = (shard: string): string => byTimeKey(shard, 'shop');
const anyShard = (): string => allShards[Math.floor(Math.random() * allShards.length)]!;
const anyTime = (): number => NOW + Math.floor(Math.random() * 500);

async function found(question: Partial<SearchQuestion> = {}, most = Infinity): Promise<IndexPosition[]> {
  const positions: IndexPosition[] = [];
  for await (const { position } of store.scan({ ...ALL, ...question })) {
    if (positions.length === most) break;
    positions.push(position);
  }
  return positions;
}

describe('a search over all shards', () => {
  it('finds each entry once, the newest first', async () => {
    const entries = await filled(1_500, anyTime, anyShard);
    expect(await found()).toEqual(entries);
    expect(await found({ from: NOW + 100, until: NOW + 200 })).toEqual(
      entries.filter(({ createdAt }) => createdAt >= NOW + 100 && createdAt < NOW + 200),
    );
    for (const at of [0, 1, 49, 50, 700, 1_498, 1_499]) {
      expect(await found({ before: entries[at] })).toEqual(entries.slice(at + 1));
    }
  });

  it('finds all that have one time, page after page', async () => {
    const entries = await filled(
      700,
      () => NOW,
      (i) => (i % 2 === 0 ? 'a7' : anyShard()),
    );
    expect(await found()).toEqual(entries);
    for (let at = 0; at < entries.length; at += 70) {
      expect(await found({ before: entries[at] })).toEqual(entries.slice(at + 1));
    }
  });

  it('finds nothing, and all of one shard', async () => {
    expect(await found()).toEqual([]);
    const hash = 'reference';
    const entries = await filled(
      230,
      anyTime,
      () => '3c',
      (shard) => byReferenceKey(shard, hash),
    );
    expect(await found({ referenceHashes: [hash] })).toEqual(entries);
  });

  it('asks a shard again only when it has handed on what it was asked for', async () => {
    const entries = await filled(5_100, anyTime, anyShard);
    await redis.client.config('RESETSTAT');
    expect(await found({}, 5_000)).toEqual(entries.slice(0, 5_000));
    const { zrevrangebyscore } = await redis.commandCounts();
    expect(zrevrangebyscore).toBeLessThan(3 * allShards.length);

    await redis.client.config('RESETSTAT');
    await found({}, 20);
    expect((await redis.commandCounts()).zrevrangebyscore).toBeLessThan(allShards.length + 20);
  });
});
