import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { eventStreamKey, type PasslaneEvent } from '../../src/events/event.js';
import { EventRelay } from '../../src/events/event-relay.js';
import { toPublication } from '../../src/events/to-publication.js';
import { GuardStore } from '../../src/store/guard.store.js';
import { allShards, outboxKey } from '../../src/store/keys.js';
import { TestRedis } from '../support/redis.js';
import { StoreBench } from '../support/store.js';
import { until } from '../support/wait.js';

const APPLICATION = 'shop';
const SHARD = 'a7';
const DAY_MS = 24 * 3_600_000;

let redis: TestRedis;
let bench: StoreBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
});

afterAll(() => redis.stop());

beforeEach(async () => {
  await redis.client.flushall();
});

/** What a relay has read and made, and not published yet. */
const allEntries = async () => (await bench.events.outboxes()).entries;
const readEntries = async (shard = SHARD) => (await allEntries()).filter((entry) => entry.shard === shard);
const readOutbox = async (shard = SHARD) => (await readEntries(shard)).map(toPublication);

async function relayed(shard = SHARD): Promise<void> {
  const entries = await readEntries(shard);
  await bench.events.publish(APPLICATION, entries.map(toPublication));
  await bench.events.trim(entries);
}

const shardsWithEvents = async () => [...new Set((await allEntries()).map(({ shard }) => shard))];

async function published(application = APPLICATION): Promise<PasslaneEvent[]> {
  const entries = await bench.events.read(application, undefined, 1_000_000);
  return entries.map(({ json }) => JSON.parse(json) as PasslaneEvent);
}

const idsOf = async () => (await published()).map(({ id }) => id);

describe('publishing', () => {
  it('makes the event that receivers get', async () => {
    const webhook = `wh_${'0'.repeat(32)}`;
    const id = await bench.created(undefined, { profile: 'login', webhook });
    await bench.check(id, true);
    const [{ at } = { at: '' }] = await bench.told(id);
    await relayed();
    expect((await published())[0]).toEqual({
      id: `evt_${id}_1`,
      type: 'verification.created',
      sequence: 1,
      created_at: new Date(Number(at)).toISOString(),
      application: APPLICATION,
      data: {
        verification_id: id,
        to: '+44*******23',
        profile: 'login',
        status: 'pending',
        channel: 'sms',
        account: null,
        reason: null,
        cost: null,
      },
    });
    const [[, fields]] = (await redis.client.xrange(eventStreamKey(APPLICATION), '-', '+', 'COUNT', 1)) as [
      [string, string[]],
    ];
    expect(fields.filter((_, i) => i % 2 === 0)).toEqual(['e', 't', 'w']);
    expect(fields[3]).toBe('verification.created');
    expect(fields[5]).toBe(webhook);
  });

  it('empties the outbox, and finds what is in it', async () => {
    expect(await shardsWithEvents()).toEqual([]);
    await bench.created();
    await bench.created(bench.recipient('03'));
    expect(await shardsWithEvents()).toEqual(['03', SHARD]);
    await relayed();
    expect(await shardsWithEvents()).toEqual(['03']);
    expect(await redis.client.xlen(outboxKey(SHARD))).toBe(0);
  });

  it('happens once, however often it is tried and by whom', async () => {
    for (let i = 0; i < 20; i++) await bench.created();
    const [early, late] = [(await readOutbox()).slice(0, 10), await readOutbox()];
    await Promise.all([early, late, early, late].map((all) => bench.events.publish(APPLICATION, all)));
    const ids = await idsOf();
    expect(new Set(ids).size).toBe(20);
    expect(ids).toHaveLength(20);
  });

  it('loses and doubles nothing when a relay pauses, or dies, before it empties the outbox', async () => {
    const first = await bench.created();
    const paused = await readEntries();
    const publish = () => bench.events.publish(APPLICATION, paused.map(toPublication));
    await publish();
    const second = await bench.created();
    await relayed();
    const third = await bench.created();
    await publish();
    await bench.events.trim(paused);
    await relayed();
    expect(await idsOf()).toEqual([first, second, third].map((id) => `evt_${id}_1`));
  });

  it('keeps its marks for each shard and application', async () => {
    await bench.created(bench.recipient('03'), { application: 'other' });
    const [other, shop] = [await readOutbox('03'), await bench.created()];
    await relayed();
    await bench.events.publish('other', other);
    expect(await idsOf()).toEqual([`evt_${shop}_1`]);
    expect(await published('other')).toHaveLength(1);
  });

  it('skips nothing when the clock has gone back since the outbox was emptied', async () => {
    const ahead = Date.now() + DAY_MS;
    await redis.client.xadd(outboxKey(SHARD), `${ahead}-9`, 'e', JSON.stringify({ id: 'x', seq: 1, at: 1 }));
    await relayed();
    const id = await bench.created();
    expect((await readOutbox())[0]!.entryId).toBe(`${ahead}-10`);
    await relayed();
    expect(await idsOf()).toEqual(['evt_x_1', `evt_${id}_1`]);
  });

  it('takes a large outbox in parts, in order', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i++) ids.push(await bench.created());
    while ((await shardsWithEvents()).length > 0) await relayed();
    expect(await idsOf()).toEqual(ids.map((id) => `evt_${id}_1`));
  });

  it('publishes many at a time, each once', async () => {
    const shards = allShards.slice(0, 23);
    await Promise.all(
      shards.flatMap((shard) => Array.from({ length: 20 }, () => bench.created(bench.recipient(shard)))),
    );
    const all = (await allEntries()).map(toPublication);
    await bench.events.publish(APPLICATION, all);
    await bench.events.publish(APPLICATION, all);
    expect(await published()).toHaveLength(460);
  });
});

describe('an application whose stream cannot be written', () => {
  it('keeps its events in the outbox, in order; those of others are published, and nothing else is taken out', async () => {
    await redis.client.set(eventStreamKey('gone'), 'no stream');
    const recipient = bench.recipient();
    const gone: string[] = [];
    for (let i = 0; i < 45; i++) gone.push(await bench.created(undefined, { application: 'gone' }));
    const id = await bench.created(recipient);
    const relay = new EventRelay(bench.events, new GuardStore(redis.client), pino({ level: 'silent' }));
    relay.onApplicationBootstrap();
    try {
      await until('the event of the other one', async () => (await idsOf()).length > 0);
      await bench.check(id, true);
      await until('the next one', async () => (await idsOf()).length > 1);
      expect(await idsOf()).toEqual([`evt_${id}_1`, `evt_${id}_2`]);
      await until('only the others to be left', async () => (await redis.client.xlen(outboxKey(SHARD))) === 45);

      await redis.client.del(eventStreamKey('gone'));
      await until('all to be taken out', async () => (await redis.client.xlen(outboxKey(SHARD))) === 0);
      expect((await published('gone')).map((event) => event.id)).toEqual(gone.map((one) => `evt_${one}_1`));
    } finally {
      await relay.beforeApplicationShutdown();
    }
  });
});

describe('counting approvals', () => {
  const approvals = (entryIds: string[], shard = SHARD) =>
    entryIds.map((entryId) => ({ shard, entryId, mark: 'prefix.US.7' }));
  const counted = async () => Number(await redis.client.get(`pl:{g:${APPLICATION}}:a`));

  it('happens once, however often an outbox that cannot be emptied is read', async () => {
    const guard = new GuardStore(redis.client);
    const first = approvals(['5-0', '5-1']);
    await Promise.all([first, first, first].map((all) => guard.convert(APPLICATION, all)));
    expect(await counted()).toBe(2);
    const field = await redis.client.hget(`pl:{g:${APPLICATION}}:s:application`, 'la');
    expect(Number(field)).toBe(2);
    await guard.convert(APPLICATION, [...first, ...approvals(['10-0']), ...approvals(['1-0'], '03')]);
    expect(await counted()).toBe(4);
    // Far longer than an entry of an outbox lives.
    expect(await redis.client.pttl(`pl:{g:${APPLICATION}}:m`)).toBeGreaterThan(29 * DAY_MS);
  });
});

describe('what is kept', () => {
  it('goes after seven days, and all of it by itself', async () => {
    const week = 7 * DAY_MS;
    const old = Date.now() - week - 60_000;
    // Redis cuts whole nodes of a stream: one node's worth of old events goes.
    for (let i = 0; i < 200; i++) {
      await redis.client.xadd(eventStreamKey(APPLICATION), `${old}-${i + 1}`, 'e', '{"id":"old"}', 't', 'x');
    }
    const id = await bench.created();
    await relayed();
    const left = await idsOf();
    expect(left.at(-1)).toBe(`evt_${id}_1`);
    expect(left.length).toBeLessThan(102);
    const lives = await Promise.all(
      [eventStreamKey(APPLICATION), outboxKey(SHARD), `pl:{ev:${APPLICATION}}:pos`].map((key) =>
        redis.client.pttl(key),
      ),
    );
    expect(lives.map((life) => Math.round(life / DAY_MS))).toEqual([7, 8, 9]);
  });
});
