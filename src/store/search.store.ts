import { Inject, Injectable } from '@nestjs/common';
import type { Limits } from '../config/config.js';
import type { RecipientRef } from '../recipients/lookup.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { merged, type IndexPosition, type ReadIndex } from './index-merge.js';
import { allShards, byNumberKey, byReferenceKey, byTimeKey } from './keys.js';
import { VerificationStore, type StoredVerification } from './verification.store.js';

export interface SearchQuestion {
  readonly application: string;
  /** The same one, by each of the secrets that it may be known by. */
  readonly recipients?: readonly RecipientRef[];
  readonly referenceHashes?: readonly string[];
  /** What the allowance of each is told by. */
  readonly limits: Limits;
  /** Unix milliseconds; `until` is exclusive. */
  readonly from?: number;
  readonly until?: number;
  readonly before?: IndexPosition;
}

interface Found {
  readonly position: IndexPosition;
  /** Missing where only the entry is left. */
  readonly stored?: StoredVerification;
}

/** Entries that are looked up at a time: one page of the usual size in one go. */
const BATCH = 50;

/**
 * Finds verifications by number (one key), or by reference or time (one key in each of the 256 shards: a search is
 * rare and by hand, while a start must stay on one shard).
 */
@Injectable()
export class SearchStore {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly verifications: VerificationStore,
  ) {}

  /** All entries, newest first, as long as somebody asks for more. */
  async *scan(question: SearchQuestion): AsyncGenerator<Found> {
    const indexes = indexKeys(question).map((key) => this.indexAt(key, question));
    const positions = merged(indexes, question.before);
    for (;;) {
      const page = await take(positions, BATCH);
      const records = await Promise.all(page.map(({ id }) => this.verifications.read(id, question.limits)));
      for (const [i, position] of page.entries()) yield { position, stored: records[i] };
      if (page.length < BATCH) return;
    }
  }

  private indexAt(key: string, { from, until }: SearchQuestion): ReadIndex {
    const min = from ?? '-inf';
    return async (createdAt, offset, count) => {
      const max = lowest(createdAt, until === undefined ? undefined : until - 1) ?? '+inf';
      return toPositions(await this.redis.zrevrangebyscore(key, max, min, 'WITHSCORES', 'LIMIT', offset, count));
    };
  }
}

async function take<T>(from: AsyncGenerator<T, void>, most: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = await from.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

function indexKeys({ application, recipients, referenceHashes }: SearchQuestion): string[] {
  if (recipients) return recipients.map(byNumberKey);
  if (referenceHashes) return referenceHashes.flatMap((hash) => allShards.map((shard) => byReferenceKey(shard, hash)));
  return allShards.map((shard) => byTimeKey(shard, application));
}

const lowest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

function toPositions(flat: readonly string[]): IndexPosition[] {
  const positions: IndexPosition[] = [];
  for (let i = 0; i < flat.length; i += 2) positions.push({ id: flat[i] as string, createdAt: Number(flat[i + 1]) });
  return positions;
}
