import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/applications/key-book.js';
import { EventReader } from '../../src/store/event-reader.store.js';
import { WebhookHistoryStore } from '../../src/store/webhook-history.store.js';
import type { WebhookService } from '../../src/webhooks/webhook.service.js';
import { ReplayService } from '../../src/webhooks/replay.service.js';
import { TestRedis } from '../support/redis.js';

const STREAM = 'pl:{ev:shop}:s';
const CALLER = { application: 'shop' } as Caller;
/** Unix ms of the first event; each comes a second after the one before. */
const BEGIN = 1_700_000_000_000;
const timeOf = (n: number): string => new Date(BEGIN + n * 1_000).toISOString();

let redis: TestRedis;
let replays: ReplayService;
/** What is asked for, and up to where it has been sent. */
let webhook: { events: string[]; cursor: string };

beforeAll(async () => {
  redis = await TestRedis.start();
});

beforeEach(async () => {
  await redis.client.flushall();
  // One that is known: nothing is queued for another.
  await redis.client.hset('pl:{ev:shop}:wh', 'wh_1', 'sealed');
  webhook = { events: ['webhook.paused'], cursor: `${BEGIN + 1_000_000_000}-0` };
  const find = (_: string, id: string) =>
    Promise.resolve({ stored: { id, cursor: webhook.cursor }, settings: { events: webhook.events } });
  const webhooks = { find } as unknown as WebhookService;
  replays = new ReplayService(webhooks, new WebhookHistoryStore(redis.client), new EventReader(redis.client));
});

afterAll(() => redis.stop());

async function publishMany(count: number): Promise<void> {
  const pipeline = redis.client.pipeline();
  for (let n = 0; n < count; n++) {
    const body = JSON.stringify({ id: `evt_v${n}_1`, data: { verification_id: `v${n}` } });
    pipeline.xadd(STREAM, `${BEGIN + n * 1_000}-0`, 'e', body, 't', 'verification.sent');
  }
  await pipeline.exec();
}

const replay = (body: { from: string; until?: string }) => replays.replay(CALLER, 'wh_1', body);
const pagesRead = async () => (await redis.commandCounts()).xrange ?? 0;

describe('a replay of a range', () => {
  it('ends after so many events that were looked at, wanted or not, and says where to go on', async () => {
    await publishMany(20_600);
    await redis.client.config('RESETSTAT');
    const first = await replay({ from: timeOf(0) });
    expect(first).toEqual({ queued: 0, complete: false, next_from: timeOf(19_999) });
    expect(await pagesRead()).toBe(40);
    expect(await replay({ from: first.next_from! })).toEqual({ queued: 0, complete: true, next_from: null });
  });

  it('does not read what will be sent anyhow, nor what comes after its end', async () => {
    webhook = { events: ['*'], cursor: `${BEGIN + 2_000}-0` };
    await publishMany(2_000);
    await redis.client.config('RESETSTAT');
    expect(await replay({ from: timeOf(0) })).toEqual({ queued: 3, complete: true, next_from: null });
    expect(await replay({ from: timeOf(0), until: timeOf(1) })).toMatchObject({ queued: 0, complete: true });
    expect(await pagesRead()).toBe(2);
  });

  it('goes on at what found no room in the queue', async () => {
    webhook.events = ['*'];
    await publishMany(2_000);
    const waiting = Array.from({ length: 4_998 }, (_, n) => [0, `${n + 1}-0`]).flat();
    await redis.client.zadd('pl:{ev:shop}:wr:wh_1', ...waiting);
    expect(await replay({ from: timeOf(0) })).toEqual({ queued: 2, complete: false, next_from: timeOf(2) });
    expect(await replay({ from: timeOf(0), until: timeOf(5) })).toMatchObject({
      complete: false,
      next_from: timeOf(0),
    });
  });

  it('is the only one of its application meanwhile', async () => {
    await publishMany(10);
    const first = replay({ from: timeOf(0) });
    const again = { status: 429, code: 'rate_limited', extra: { limit: 'replays_at_a_time', retryAfter: 1 } };
    await expect(replay({ from: timeOf(0) })).rejects.toMatchObject(again);
    expect((await first).complete).toBe(true);
    expect((await replay({ from: timeOf(0) })).complete).toBe(true);
  });
});
