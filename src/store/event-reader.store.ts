import { Inject, Injectable } from '@nestjs/common';
import type { ChainableCommander } from 'ioredis';
import { eventStreamKey } from '../events/event.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { parseEntry, type EventEntry } from './event-entry.js';

type RawEntry = [string, string[]];

/** Reads an application's events. Places are as Redis writes them: `-`, `+`, Unix ms, an entry, `(` before what is left out. */
@Injectable()
export class EventReader {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** The entries that follow each of these places, at most `count` of each: one round trip. */
  async after(application: string, places: readonly string[], count: number): Promise<EventEntry[][]> {
    const key = eventStreamKey(application);
    return this.pipelined((pipeline) => {
      for (const place of places) pipeline.xrange(key, `(${place}`, '+', 'COUNT', count);
    });
  }

  /** These entries themselves; undefined for one that has left the stream. One round trip. */
  async entries(application: string, entries: readonly string[]): Promise<(EventEntry | undefined)[]> {
    const key = eventStreamKey(application);
    const answers = await this.pipelined((pipeline) => {
      for (const entry of entries) pipeline.xrange(key, entry, entry);
    });
    return answers.map(([entry]) => entry);
  }

  /** The oldest first. */
  async range(application: string, from: string, until: string, count: number): Promise<EventEntry[]> {
    return (await this.redis.xrange(eventStreamKey(application), from, until, 'COUNT', count)).map(parseEntry);
  }

  /** The newest first. */
  async backwards(application: string, until: string, count: number): Promise<EventEntry[]> {
    return (await this.redis.xrevrange(eventStreamKey(application), until, '-', 'COUNT', count)).map(parseEntry);
  }

  private async pipelined(fill: (pipeline: ChainableCommander) => void): Promise<EventEntry[][]> {
    const pipeline = this.redis.pipeline();
    fill(pipeline);
    const answers = (await pipeline.exec()) ?? [];
    return answers.map(([error, found]) => {
      if (error) throw error;
      return (found as RawEntry[]).map(parseEntry);
    });
  }
}
