import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { eventStreamKey } from '../events/event.js';
import { REDIS } from '../shared/redis.js';
import { allShards, outboxKey } from './keys.js';
import { loadScript, run } from './script.js';

const scripts = { peek: loadScript('peek_outbox'), publish: loadScript('publish') };

const DAY_MS = 24 * 3_600_000;
/** An event can be asked for as long as this (design §7). */
const LIFE_MS = 7 * DAY_MS;
/** Longer than an outbox entry lives: while there is one, its mark tells whether it was published. */
const MARKS_LIFE_MS = 9 * DAY_MS;
/** Half a gigabyte for one application (docs/api.md says how much an event takes): beyond it the oldest go first. */
const MOST_EVENTS = 1_000_000;
/** So many entries of one shard are taken at a time. */
const PER_SHARD = 100;
/** So many events are published in one call: bounds the time that Redis serves nobody else. */
const PER_CALL = 200;

const allOutboxes = allShards.map(outboxKey);

/** A change as its script has told of it. Texts as Redis holds them. */
export interface OutboxEntry {
  readonly shard: string;
  /** In the shard's outbox. */
  readonly entryId: string;
  readonly fields: Readonly<Record<string, string>>;
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
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** Shards with events that are not published yet. */
  async peek(): Promise<string[]> {
    const { source } = scripts.peek;
    const positions = (await this.redis.eval_ro(source, allOutboxes.length, ...allOutboxes)) as number[];
    return positions.map((position) => allShards[position - 1] as string);
  }

  /** The oldest entries of a shard, in order. */
  async outbox(shard: string): Promise<OutboxEntry[]> {
    const found = await this.redis.xrange(outboxKey(shard), '-', '+', 'COUNT', PER_SHARD);
    return found.map(([entryId, flat]) => ({ shard, entryId, fields: toFields(flat) }));
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

  /** Takes out what was published, up to this entry. */
  async trim(shard: string, entryId: string): Promise<void> {
    await this.redis.xtrim(outboxKey(shard), 'MINID', after(entryId));
  }

  /** @param position exclusive; without one from the oldest that is kept */
  async read(application: string, position: string | undefined, limit: number): Promise<StreamEntry[]> {
    const from = position === undefined ? '-' : `(${position}`;
    const found = await this.redis.xrange(eventStreamKey(application), from, '+', 'COUNT', limit);
    return found.map(([id, flat]) => ({ id, json: toFields(flat).e ?? '' }));
  }
}

const marksKey = (application: string): string => `pl:{ev:${application}}:pos`;

function after(entryId: string): string {
  const [ms = '', n = ''] = entryId.split('-');
  return `${ms}-${BigInt(n) + 1n}`;
}

function toFields(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
  return fields;
}
