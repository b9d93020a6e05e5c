import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';
import { factsJson, parseFacts, type WaitingFacts } from './webhook-queue.store.js';
import { WEBHOOK_LIFE_MS, webhookKeys, webhooksKey } from './webhook.keys.js';

const requeue = loadScript('requeue_webhook');

export interface DeadLetter extends WaitingFacts {
  /** Its place in the stream. */
  readonly entry: string;
  /** Unix ms. */
  readonly diedAt: number;
}

/** What was sent to a webhook, what could not be, and how to send it again. */
@Injectable()
export class WebhookHistoryStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** Newest first. @param before a place that an earlier page has given */
  async log(
    application: string,
    id: string,
    count: number,
    before?: string,
  ): Promise<{ place: string; json: string }[]> {
    const { log } = webhookKeys(application, id);
    const lines = await this.redis.xrevrange(log, before === undefined ? '+' : `(${before}`, '-', 'COUNT', count);
    return lines.map(([place, fields]) => ({ place, json: fields[1] ?? '{}' }));
  }

  /** Newest first. */
  async deadLetters(application: string, id: string, offset: number, count: number): Promise<DeadLetter[]> {
    const { dead, facts } = webhookKeys(application, id);
    const flat = await this.redis.zrevrange(dead, offset, offset + count - 1, 'WITHSCORES');
    const entries = flat.filter((_, i) => i % 2 === 0);
    if (entries.length === 0) return [];
    const known = await this.redis.hmget(facts, ...entries);
    return entries.flatMap((entry, i): DeadLetter[] => {
      const json = known[i];
      return json ? [{ entry, diedAt: Number(flat[i * 2 + 1]), ...parseFacts(json) }] : [];
    });
  }

  /** @returns how many were queued, and for how many there was no room; those that wait already are neither */
  async requeue(
    application: string,
    id: string,
    events: readonly { readonly entry: string; readonly subject: string }[],
    most: number,
  ): Promise<{ queued: number; refused: number }> {
    const { waiting, facts, dead } = webhookKeys(application, id);
    const pairs = events.flatMap(({ entry, subject }) => [entry, factsJson({ subject, attempts: 0, firstAt: 0 })]);
    const args = [id, most, WEBHOOK_LIFE_MS, ...pairs];
    const answer = await run(this.redis, requeue, [webhooksKey(application), waiting, facts, dead], args);
    const [queued, refused] = answer as [number, number];
    return { queued, refused };
  }
}
