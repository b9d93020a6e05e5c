import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';
import { WEBHOOK_LIFE_MS, webhookKeys, webhookLeaseKey, webhooksKey } from './webhook.keys.js';
import { parseWebhooks, type StoredWebhook } from './webhook.store.js';

/** So many of a webhook's dead letters are kept; those beyond can still be replayed by their time. */
const MOST_DEAD = 10_000;
/** Attempts in the log of a webhook: enough to see what went wrong today, less than half a megabyte. */
const MOST_LOGGED = 500;

const scripts = {
  hold: loadScript('hold_webhooks'),
  release: loadScript('release_webhooks'),
  commit: loadScript('commit_webhook'),
};

/** What is remembered of an event that waits for its next attempt, or is dead. */
export interface WaitingFacts {
  /** Events of one subject stay in order. */
  readonly subject: string;
  readonly attempts: number;
  /** Unix ms of the first attempt; 0 before it. */
  readonly firstAt: number;
  /** HTTP status or error word of the last one. */
  readonly last?: number | string;
}

export interface WaitingEntry extends WaitingFacts {
  readonly entry: string;
  /** Unix ms. */
  readonly due: number;
}

/** What has become of some events of one webhook since the commit before. */
export interface WebhookChange {
  readonly cursor: string;
  readonly wait: readonly WaitingEntry[];
  readonly done: readonly string[];
  readonly dead: readonly (WaitingFacts & { readonly entry: string })[];
  /** Lines for the log, JSON. */
  readonly log: readonly string[];
  readonly failingSince: number;
  /** The event that says that the webhook is paused (JSON), where that is so from now on. */
  readonly paused?: string;
}

export type Hold = { readonly kind: 'none' | 'busy' | 'lost' } | { readonly kind: 'held'; readonly version: string };

/** What a webhook pump reads and writes. Whoever has the lease of an application is the only one that writes. */
@Injectable()
export class WebhookQueueStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** @param keep false to take the lease, true to keep it; @param token of this one holding, used for no other */
  async hold(application: string, token: string, keep: boolean, leaseMs: number): Promise<Hold> {
    const keys = [webhooksKey(application), webhookLeaseKey(application)];
    const answer = (await run(this.redis, scripts.hold, keys, [token, keep ? 1 : 0, leaseMs])) as [string, string];
    return { kind: answer[0], version: answer[1] } as Hold;
  }

  async release(application: string, token: string): Promise<void> {
    await run(this.redis, scripts.release, [webhookLeaseKey(application)], [token]);
  }

  /** All webhooks of an application, each with what waits for it. */
  async load(application: string): Promise<{ webhook: StoredWebhook; waiting: WaitingEntry[] }[]> {
    const webhooks = parseWebhooks(await this.redis.hgetall(webhooksKey(application)));
    return Promise.all(
      webhooks.map(async (webhook) => {
        const keys = webhookKeys(application, webhook.id);
        const [due, facts] = await Promise.all([
          this.redis.zrange(keys.waiting, '0', '-1', 'WITHSCORES'),
          this.redis.hgetall(keys.facts),
        ]);
        return { webhook, waiting: toWaiting(due, facts) };
      }),
    );
  }

  /** @returns `lost` when another process sends now, `gone` when the webhook was deleted */
  async commit(application: string, id: string, token: string, change: WebhookChange) {
    const { waiting, facts, dead, log, stream } = webhookKeys(application, id);
    const keys = [webhooksKey(application), webhookLeaseKey(application), waiting, facts, dead, log, stream];
    const json = JSON.stringify({
      cursor: change.cursor,
      wait: change.wait.map(({ entry, due, ...known }) => [entry, due, factsJson(known)]),
      done: change.done,
      dead: change.dead.map(({ entry, ...known }) => [entry, factsJson(known)]),
      log: change.log,
      failing: change.failingSince,
      paused: change.paused,
    });
    const args = [token, id, json, WEBHOOK_LIFE_MS, MOST_DEAD, MOST_LOGGED];
    return (await run(this.redis, scripts.commit, keys, args)) as 'done' | 'lost' | 'gone';
  }
}

/** Short names: there may be thousands of them. */
export const factsJson = ({ subject, attempts, firstAt, last }: WaitingFacts): string =>
  JSON.stringify({ s: subject, n: attempts, f: firstAt, l: last });

export function parseFacts(json: string): WaitingFacts {
  const { s, n, f, l } = JSON.parse(json) as { s: string; n: number; f: number; l?: number | string };
  return { subject: s, attempts: n, firstAt: f, last: l };
}

function toWaiting(due: readonly string[], facts: Readonly<Record<string, string>>): WaitingEntry[] {
  const waiting: WaitingEntry[] = [];
  for (let i = 0; i < due.length; i += 2) {
    const entry = due[i] as string;
    const json = facts[entry];
    if (json !== undefined) waiting.push({ entry, due: Number(due[i + 1]), ...parseFacts(json) });
  }
  return waiting;
}
