import { describe, expect, it } from '@jest/globals';
import type { AccountConfig, Config } from '../config/config.js';
import { slotOf } from '../shared/redis/slot.js';
import { allShards, newVerificationId, stateKey } from '../store/keys.js';
import { laneOf, lanesOf } from './lanes.js';

const SLOTS = 16_384;

function lanes(mode: 'single' | 'sentinel' | 'cluster', concurrency: number) {
  const accounts = ['one', 'two'].map((name) => [name, { name, concurrency } as AccountConfig] as const);
  return lanesOf({ accounts: new Map(accounts), redis: { mode } } as unknown as Config);
}

describe('lanesOf', () => {
  it.each(['single', 'sentinel'] as const)('gives an account one queue (%s)', (mode) => {
    expect(lanes(mode, 7)).toEqual([
      { account: 'one', queue: 'deliver-one', prefix: '{pl:q}', concurrency: 7 },
      { account: 'two', queue: 'deliver-two', prefix: '{pl:q}', concurrency: 7 },
    ]);
  });

  it.each([1, 2, 3, 5, 6, 100])('shares a concurrency of %d over the lanes of a cluster', (concurrency) => {
    const own = lanes('cluster', concurrency).filter(({ account }) => account === 'one');
    expect(own).toHaveLength(Math.min(6, concurrency));
    expect(own.map((lane) => lane.concurrency).reduce((a, b) => a + b)).toBe(concurrency);
    expect(Math.min(...own.map((lane) => lane.concurrency))).toBeGreaterThan(0);
    expect(new Set(own.map(({ queue }) => queue)).size).toBe(own.length);
  });

  it.each([2, 3, 6])('spreads the lanes of a cluster evenly over %d primaries, in order', (primaries) => {
    const where = lanes('cluster', 100).map(({ prefix }) => Math.floor((slotOf(prefix) * primaries) / SLOTS));
    expect(where.slice(0, 6)).toEqual(Array.from({ length: 6 }, (_, i) => Math.floor((i * primaries) / 6)));
  });
});

it('a verification has its lane on the primary that has the verification, where slots are dealt out in order', () => {
  const all = lanes('cluster', 100);
  const primaryOf = (key: string) => Math.floor((slotOf(key) * 3) / SLOTS);
  for (const shard of allShards) {
    const id = newVerificationId(shard);
    expect(primaryOf(all[laneOf(id, 6)]!.prefix)).toBe(primaryOf(stateKey(id)));
    expect(laneOf(id, 1)).toBe(0);
  }
});
