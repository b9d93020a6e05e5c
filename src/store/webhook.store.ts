import { Inject, Injectable } from '@nestjs/common';
import { eventStreamKey } from '../events/event.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';
import { webhookKeys, webhooksKey } from './webhook.keys.js';

/** Each costs a read of the stream now and then; a bound, because all of them are loaded at a time. */
const MOST_WEBHOOKS = 100;

const scripts = { save: loadScript('save_webhook'), delete: loadScript('delete_webhook') };

/** `pending`: has not answered its challenge; `inactive`: by hand; `paused`: after a day of nothing but failures. */
export type WebhookStatus = 'active' | 'inactive' | 'paused' | 'pending';

/** A webhook as it was read: the next save refers to its settings. */
export interface StoredWebhook {
  readonly id: string;
  /** Sealed. */
  readonly settings: string;
  readonly status: WebhookStatus;
  /** The stream entry up to which everything has been sent, or waits, or is dead. */
  readonly cursor: string;
  /** Unix ms of the first of all failures since the last success; 0 when there is none. */
  readonly failingSince: number;
  /** Unix ms from when on failures count: it was made active then. */
  readonly resumedAt: number;
  /** How often it has been paused. */
  readonly pauses: number;
}

/** Settings that people make over the API. They have no TTL: they live until somebody deletes them. */
@Injectable()
export class WebhookStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  async list(application: string): Promise<StoredWebhook[]> {
    return parseWebhooks(await this.redis.hgetall(webhooksKey(application)));
  }

  async find(application: string, id: string): Promise<StoredWebhook | undefined> {
    return (await this.list(application)).find((webhook) => webhook.id === id);
  }

  async exists(application: string, id: string): Promise<boolean> {
    return (await this.redis.hexists(webhooksKey(application), id)) === 1;
  }

  /**
   * @param settings sealed
   * @param read what the change was made from; undefined for a new webhook
   * @param status what to make it; `verified` is active, as it has answered its challenge; undefined leaves it
   */
  async save(
    application: string,
    id: string,
    settings: string,
    read?: StoredWebhook,
    status?: 'active' | 'inactive' | 'pending' | 'verified',
  ): Promise<'saved' | 'changed' | 'full' | 'unverified'> {
    const keys = [webhooksKey(application), eventStreamKey(application)];
    const args = [id, settings, read?.settings ?? '', status ?? '', MOST_WEBHOOKS];
    return (await run(this.redis, scripts.save, keys, args)) as 'saved' | 'changed' | 'full' | 'unverified';
  }

  /** @returns false when there was none */
  async delete(application: string, id: string): Promise<boolean> {
    const { waiting, facts, dead, log } = webhookKeys(application, id);
    return (await run(this.redis, scripts.delete, [webhooksKey(application), waiting, facts, dead, log], [id])) === 1;
  }

  /** With the application. */
  async deleteAll(application: string): Promise<void> {
    for (const { id } of await this.list(application)) await this.delete(application, id);
    await this.redis.unlink(webhooksKey(application));
  }
}

/** From the hash that holds all of an application's webhooks. */
export function parseWebhooks(fields: Readonly<Record<string, string>>): StoredWebhook[] {
  const ids = Object.keys(fields).filter((field) => field.endsWith(':status'));
  return ids.map((field) => {
    const id = field.slice(0, -':status'.length);
    const number = (name: string): number => Number(fields[`${id}:${name}`] ?? 0);
    return {
      id,
      settings: fields[id] ?? '',
      status: fields[field] as WebhookStatus,
      cursor: fields[`${id}:cursor`] ?? '0-0',
      failingSince: number('failing'),
      resumedAt: number('resumed'),
      pauses: number('pauses'),
    };
  });
}
