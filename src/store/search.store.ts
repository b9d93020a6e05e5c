import { Inject, Injectable } from '@nestjs/common';
import type { Limits } from '../config/config.js';
import type { RecipientRef } from '../recipients/lookup.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { allShards, byNumberKey, byReferenceKey, byTimeKey } from './keys.js';
import { VerificationStore, type StoredVerification } from './verification.store.js';

/** Where an entry stands in the order of a search: newest first, then by id. */
export interface IndexPosition {
  readonly createdAt: number;
  readonly id: string;
}

export interface SearchQuestion {
  readonly application: string;
  readonly recipient?: RecipientRef;
  readonly referenceHash?: string;
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
    const keys = indexKeys(question);
    let { before } = question;
    for (;;) {
      const page = await this.page(keys, question, before);
      const records = await Promise.all(page.map(({ id }) => this.verifications.read(id, question.limits)));
      for (const [i, position] of page.entries()) yield { position, stored: records[i] };
      if (page.length < BATCH) return;
      before = page.at(-1);
    }
  }

  /** The next entries of all keys together. Each key gives a batch, so the newest batch of all is among them. */
  private async page(
    keys: string[],
    { from, until }: SearchQuestion,
    before?: IndexPosition,
  ): Promise<IndexPosition[]> {
    const min = from ?? '-inf';
    const max = lowest(before?.createdAt, until === undefined ? undefined : until - 1);
    const answers = await Promise.all(
      keys.map((key) => this.redis.zrevrangebyscore(key, max ?? '+inf', min, 'WITHSCORES', 'LIMIT', 0, BATCH * 2)),
    );
    return answers
      .flatMap(toPositions)
      .filter((position) => before === undefined || newestFirst(before, position) < 0)
      .sort(newestFirst)
      .slice(0, BATCH);
  }
}

function indexKeys({ application, recipient, referenceHash }: SearchQuestion): string[] {
  if (recipient) return [byNumberKey(recipient)];
  if (referenceHash !== undefined) return allShards.map((shard) => byReferenceKey(shard, referenceHash));
  return allShards.map((shard) => byTimeKey(shard, application));
}

const lowest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

function toPositions(flat: readonly string[]): IndexPosition[] {
  const positions: IndexPosition[] = [];
  for (let i = 0; i < flat.length; i += 2) positions.push({ id: flat[i] as string, createdAt: Number(flat[i + 1]) });
  return positions;
}

const newestFirst = (a: IndexPosition, b: IndexPosition): number =>
  b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
