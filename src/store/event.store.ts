import { Inject, Injectable } from '@nestjs/common';
import type { Micros } from '../config/money.js';
import { eventStreamKey } from '../events/event.js';
import type { Channel } from '../providers/contract.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { askNodes } from '../shared/redis/nodes.js';
import { allShards, outboxKey } from './keys.js';
import { loadScript, readAcross, run } from './script.js';

const scripts = { read: loadScript('read_outboxes'), publish: loadScript('publish') };

const DAY_MS = 24 * 3_600_000;
/** An event can be asked for as long as this (design §7). */
const LIFE_MS = 7 * DAY_MS;
/** Longer than an outbox entry lives: while there is one, its mark tells whether it was published. */
const MARKS_LIFE_MS = 9 * DAY_MS;
/** Half a gigabyte for one application (docs/api.md says how much an event takes): beyond it the oldest go first. */
const MOST_EVENTS = 1_000_000;
/** So many entries of one shard are taken at a time: some thousand of all shards, and none waits for another's backlog. */
const PER_SHARD = 20;
/** So many events are published in one call: bounds the time that Redis serves nobody else. */
const PER_CALL = 200;

/** A change as its script has told of it. */
interface OutboxEvent {
  readonly kind: string;
  /** Of the verification. */
  readonly id: string;
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  readonly app: string;
  readonly status: string;
  /** Masked. */
  readonly to?: string;
  readonly profile?: string;
  /** Id of the one webhook that it goes to. */
  readonly hook?: string;
  readonly channel?: Channel;
  readonly account?: string;
  readonly reason?: string;
  /** In millionths. */
  readonly cost?: Micros;
  /** Of an approval: how the guard counts it. */
  readonly guard?: string;
}

export interface OutboxEntry {
  readonly shard: string;
  /** In the shard's outbox. */
  readonly entryId: string;
  readonly event: OutboxEvent;
}

export interface Outboxes {
  readonly entries: readonly OutboxEntry[];
  /** Shards that nobody answers for now. */
  readonly silent: readonly string[];
}

/** An event, ready for its receivers. */
export interface Publication {
  readonly shard: string;
  readonly entryId: string;
  readonly type: string;
  /** Id of the one webhook that it goes to. */
  readonly webhook?: string;
  readonly json: string;
}

export interface StreamEntry {
  /** Position in the application's stream. */
  readonly id: string;
  readonly json: string;
}

/** From the outboxes, one in each shard, to the streams, one for each application. */
@Injectable()
export class EventStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /**
   * The oldest entries of every shard that has some, each shard's in order.
   * @param after by shard the entry behind which to begin; where there is none, with the first
   */
  async outboxes(
    after: ReadonlyMap<string, string | undefined> = new Map(),
    shards: readonly string[] = allShards,
  ): Promise<Outboxes> {
    const entries: OutboxEntry[] = [];
    const begins = JSON.stringify(Object.fromEntries([...after].map(([shard, entry]) => [outboxKey(shard), entry])));
    const keys = shards.map(outboxKey);
    const { found, silent } = await readAcross(this.redis, scripts.read, keys, [PER_SHARD, begins]);
    for (const { places, answer } of found) {
      const flat = answer as unknown[];
      for (let i = 0; i < flat.length; i += 3) {
        const shard = shards[places[(flat[i] as number) - 1] as number] as string;
        const event = JSON.parse(flat[i + 2] as string) as OutboxEvent;
        entries.push({ shard, entryId: flat[i + 1] as string, event });
      }
    }
    return { entries, silent: silent.map((place) => shards[place] as string) };
  }

  /** Safe to repeat. @param publications of one application; those of a shard in the order of its outbox */
  async publish(application: string, publications: readonly Publication[]): Promise<void> {
    const keys = [eventStreamKey(application), marksKey(application)];
    for (let at = 0; at < publications.length; at += PER_CALL) {
      const args = publications
        .slice(at, at + PER_CALL)
        .flatMap(({ shard, entryId, type, webhook = '', json }) => [shard, entryId, type, webhook, json]);
      // One after the other: a later call must not come first, its mark would hide the earlier ones.
      await run(this.redis, scripts.publish, keys, [LIFE_MS, MOST_EVENTS, MARKS_LIFE_MS, ...args]);
    }
  }

  /**
   * Takes out what was published, and nothing between: that may be for somebody who cannot be reached. What cannot be taken
   * out now is, when it has been published again.
   */
  async trim(published: readonly OutboxEntry[]): Promise<void> {
    const ids = new Map<string, string[]>();
    for (const { shard, entryId } of published) ids.set(shard, [...(ids.get(shard) ?? []), entryId]);
    const shards = [...ids];
    await askNodes(
      this.redis,
      shards.map(([shard]) => outboxKey(shard)),
      ({ node, places }) => {
        const pipeline = node.pipeline();
        for (const [shard, own] of places.map((place) => shards[place] as [string, string[]])) {
          pipeline.xdel(outboxKey(shard), ...own);
        }
        return pipeline.exec();
      },
    );
  }

  /** @param position exclusive; without one from the oldest that is kept */
  async read(application: string, position: string | undefined, limit: number): Promise<StreamEntry[]> {
    const from = position === undefined ? '-' : `(${position}`;
    const found = await this.redis.xrange(eventStreamKey(application), from, '+', 'COUNT', limit);
    return found.map(([id, flat]) => ({ id, json: toFields(flat).e ?? '' }));
  }
}

const marksKey = (application: string): string => `pl:{ev:${application}}:pos`;

function toFields(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
  return fields;
}
