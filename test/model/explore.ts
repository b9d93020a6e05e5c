import { Redis } from 'ioredis';
import { recipientRef } from '../../src/recipients/lookup.js';
import { runHistory } from './history.js';
import { APPLICATION, keyring } from './services.js';
import { VirtualRedis, type Mutation } from './virtual-redis.js';
import type { Place } from './world.js';

/** So many histories at a time, each on a shard of its own: their commands share round trips. */
const LANES = 128;

export interface Found {
  readonly seed: number;
  /** How many histories were begun until it was found. */
  readonly after: number;
  readonly report: string;
}

/** Runs histories with the seeds `first`, `first + 1`, … until one fails. @returns that one, told step by step */
export async function explore(
  socket: string,
  first: number,
  count: number,
  mutation?: Mutation,
): Promise<Found | undefined> {
  const client = new Redis(socket, { enableAutoPipelining: true });
  try {
    const redis = await VirtualRedis.load(client, mutation);
    const all = places(Math.min(LANES, count));
    let begun = 0;
    const failures: number[] = [];
    const lane = async (place: Place): Promise<void> => {
      while (failures.length === 0 && begun < count) {
        const seed = first + begun++;
        const { failure } = await runHistory(seed, redis, place, false);
        if (failure) failures.push(seed);
      }
    };
    await Promise.all(all.map(lane));
    if (failures.length === 0) return undefined;
    const failed = Math.min(...failures);
    const { failure, notes } = await runHistory(failed, redis, all[0]!, true);
    const story = [...notes, failure?.stack ?? 'but it did not fail again'].join('\n');
    return { seed: failed, after: failed - first + 1, report: `PASSLANE_MODEL_SEED=${failed}\n${story}` };
  } finally {
    client.disconnect();
  }
}

/** Numbers whose shards all differ. */
function places(count: number): Place[] {
  const found = new Map<string, Place>();
  for (let i = 0; found.size < count; i++) {
    const number = `+1415${5_550_000 + i}`;
    const recipient = recipientRef(keyring.lookup, APPLICATION, number);
    if (!found.has(recipient.shard)) found.set(recipient.shard, { number, recipient });
  }
  return [...found.values()];
}
