import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeKeyring } from '../../src/codes/keyring.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { PumpBench } from '../support/pump.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';
import { idsAt, publish } from '../support/webhooks.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let redis: TestRedis;
let receiver: Gateway;
let bench: PumpBench;

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
});

beforeEach(async () => {
  await redis.client.flushall();
  receiver.received.length = 0;
  receiver.behaviour = behaviours.answers(204);
  bench = new PumpBench(redis);
});

afterEach(() => bench.close());

afterAll(async () => {
  await receiver.stop();
  await redis.stop();
});

const down = behaviours.answers(503);
const url = (path: string): string => receiver.url + path;
const got = (path = '/a'): string[] => idsAt(receiver.received, path);

/** So many events of each of so many verifications, one after the other in turn. */
async function publishTurns(verifications: number, each: number): Promise<string[]> {
  const subjects = Array.from({ length: verifications }, () => randomUUID());
  const ids: string[] = [];
  for (let sequence = 1; sequence <= each; sequence++) {
    for (const verification of subjects) ids.push((await publish(redis.client, { verification, sequence })).id);
  }
  return ids;
}

/** Fails unless the first arrivals of each verification's events are in their order. */
function expectInOrder(ids: readonly string[]): void {
  const last = new Map<string, number>();
  for (const id of new Set(ids)) {
    const [, verification = '', sequence] = id.split('_');
    expect(Number(sequence)).toBe((last.get(verification) ?? 0) + 1);
    last.set(verification, Number(sequence));
  }
}

/** Time passes in steps; after each, everything that is due is done. */
async function live(pump: Awaited<ReturnType<PumpBench['pump']>>, ms: number, step: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    bench.pass(step);
    await bench.run(pump!);
  }
}

describe('the pump', () => {
  it('sends what came once, in the order of each verification, and leaves nothing behind but its log', async () => {
    const id = await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const ids = await publishTurns(20, 5);
    await bench.run(pump);
    bench.pass(MINUTE);
    await bench.run(pump);
    expect([...got()].sort()).toEqual([...ids].sort());
    expectInOrder(got());
    const dump = await redis.dump();
    const names = dump.map(({ key }) => key.replace('pl:{ev:shop}:', '')).sort();
    expect(names).toEqual(['s', 'wh', 'wk', `wl:${id}`].sort());
    // Settings stay; the stream's life is not ours to set.
    const lasting = dump.filter(({ ttl }) => ttl === -1).map(({ key }) => key);
    expect(lasting.sort()).toEqual(['pl:{ev:shop}:s', 'pl:{ev:shop}:wh']);
  });

  it('brings a receiver that was down for two hours everything, in order, once it is back', async () => {
    await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    receiver.behaviour = down;
    const ids = await publishTurns(15, 2);
    await live(pump, HOUR, 5 * MINUTE);
    const attempts = receiver.received.length;
    ids.push(...(await publishTurns(15, 3)));
    await live(pump, HOUR, 5 * MINUTE);
    // While it is down it is not flooded with what is new.
    expect(receiver.received.length - attempts).toBeLessThan(60);
    receiver.received.length = 0;
    receiver.behaviour = behaviours.answers(200);
    await live(pump, MINUTE, 20_000);
    expect([...got()].sort()).toEqual([...ids].sort());
    expectInOrder(got());
  });

  it('keeps later events of a verification behind one that waits, also over a crash', async () => {
    await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const [first = '', second = '', third = ''] = await publishTurns(1, 3);
    receiver.behaviour = (received, response) => {
      (received.headers['webhook-id'] === first ? down : behaviours.answers(200))(received, response);
    };
    const [other] = await publishTurns(1, 1);
    await bench.run(pump);
    expect(got().sort()).toEqual([first, other].sort());
    await bench.crash(pump);

    const next = (await bench.pump())!;
    const verification = first.split('_')[1]!;
    const fourth = await publish(redis.client, { verification, sequence: 4 });
    await bench.run(next);
    expect(got()).toHaveLength(2);
    receiver.behaviour = behaviours.answers(200);
    bench.pass(12_000);
    await bench.run(next);
    expect(got().slice(2)).toEqual([first, second, third, fourth.id]);
  });

  it('tries for a day at 10, 100, 1 000, 10 000 s …, then gives up; a replay brings it', async () => {
    const id = await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const { id: poison, entry } = await publish(redis.client);
    const times: number[] = [];
    receiver.behaviour = (received, response) => {
      if (received.headers['webhook-id'] === poison) times.push(bench.now());
      (received.headers['webhook-id'] === poison ? down : behaviours.answers(200))(received, response);
    };
    await bench.run(pump);
    while ((await bench.deadLetters(id)).length === 0) {
      expect(times.length).toBeLessThan(20);
      const due = Number(await redis.client.zscore(`pl:{ev:shop}:wr:${id}`, entry));
      bench.pass(due - bench.now() + 1);
      // Other events go well, so it is the event and not the receiver that is given up.
      await publish(redis.client);
      await bench.run(pump);
    }
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    for (const [i, seconds] of [10, 100, 1_000, 10_000, 10_000].entries()) {
      expect(waits[i]! / 1_000).toBeGreaterThanOrEqual(seconds);
      expect(waits[i]! / 1_000).toBeLessThan(seconds * 1.1 + 5);
    }
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(24 * HOUR);
    expect((await bench.stored(id)).status).toBe('active');
    expect(await bench.deadLetters(id)).toMatchObject([{ entry, attempts: times.length, last: 503 }]);
    bench.pass(24 * HOUR);
    await bench.run(pump);
    expect(got().filter((one) => one === poison)).toHaveLength(times.length);

    receiver.behaviour = behaviours.answers(200);
    expect(await bench.replay(id, await bench.deadLetters(id))).toBe(1);
    await bench.run(pump);
    expect(got().filter((one) => one === poison)).toHaveLength(times.length + 1);
    expect(await bench.deadLetters(id)).toEqual([]);
    expect(await redis.client.exists(`pl:{ev:shop}:wi:${id}`)).toBe(0);
  });

  it('pauses a webhook after a day of nothing but failures, tells the others, and goes on when it is asked to', async () => {
    const id = await bench.webhook(url('/a'));
    await bench.webhook(url('/b'));
    const pump = (await bench.pump())!;
    receiver.behaviour = (received, response) => {
      (received.url === '/a' ? down : behaviours.answers(200))(received, response);
    };
    const ids = await publishTurns(3, 2);
    await live(pump, 23 * HOUR, HOUR);
    expect((await bench.stored(id)).status).toBe('active');
    await live(pump, 8 * HOUR, HOUR);
    expect(await bench.stored(id)).toMatchObject({ status: 'paused', pauses: 1 });
    expect(await bench.deadLetters(id)).toEqual([]);
    const told = receiver.received.filter((one) => one.url === '/b' && one.text.includes('webhook.paused'));
    expect(told.map(({ body }) => body)).toMatchObject([{ id: `evt_${id}_1`, sequence: 1, data: { webhook_id: id } }]);

    const attempts = got().length;
    ids.push(...(await publishTurns(2, 2)));
    await live(pump, 3 * HOUR, HOUR);
    expect(got()).toHaveLength(attempts);

    receiver.received.length = 0;
    receiver.behaviour = behaviours.answers(200);
    const stored = await bench.stored(id);
    await bench.webhooks.save('shop', id, stored.settings, stored, 'active');
    await bench.run(pump);
    expect(await bench.stored(id)).toMatchObject({ status: 'active', failingSince: 0 });
    expect([...got()].sort()).toEqual([...ids].sort());
    expectInOrder(got());
  });

  it('of one process goes on in another, which repeats what was not written; the first writes nothing more', async () => {
    const id = await bench.webhook(url('/a'));
    const first = (await bench.pump())!;
    expect(await bench.pump()).toBeUndefined();
    const ids = await publishTurns(10, 2);
    await first.tick();
    await first.settled();
    expect(got()).toHaveLength(ids.length);
    await redis.client.del('pl:{ev:shop}:wk');
    const second = (await bench.pump())!;
    const cursor = (await bench.stored(id)).cursor;
    await first.tick();
    expect((await bench.stored(id)).cursor).toBe(cursor);
    await bench.run(second);
    expect([...got()].sort()).toEqual([...ids, ...ids].sort());
    const [more] = await publishTurns(1, 1);
    await bench.run(second);
    await first.tick();
    await first.settled();
    expect(got().filter((one) => one === more)).toHaveLength(1);
  });

  it('that is stopped has written everything, so that the next one repeats nothing', async () => {
    await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    const ids = await publishTurns(10, 1);
    await pump.tick();
    await pump.stop();
    const next = (await bench.pump())!;
    await bench.run(next);
    expect([...got()].sort()).toEqual([...ids].sort());
  });

  it('serves one receiver while another keeps every request waiting', async () => {
    await bench.webhook(url('/slow'));
    await bench.webhook(url('/a'));
    const held: ServerResponse[] = [];
    receiver.behaviour = (received: Received, response) => {
      if (received.url === '/slow') held.push(response);
      else response.end();
    };
    const pump = (await bench.pump())!;
    const ids = await publishTurns(600, 1);
    const everything = async () => {
      await pump.tick();
      return got().length === ids.length;
    };
    await until('all events at the other one', everything, 30_000);
    // A slow one is asked no more than so many times at once.
    expect(got('/slow').length).toBeLessThan(100);
    for (const response of held) response.end();
    receiver.behaviour = behaviours.answers(200);
    await pump.settled();
  });

  it('passes over what has left the stream, and what is no event', async () => {
    await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    receiver.behaviour = down;
    const { entry } = await publish(redis.client);
    await bench.run(pump);
    await redis.client.xdel('pl:{ev:shop}:s', entry);
    await redis.client.xadd('pl:{ev:shop}:s', '*', 'e', 'no JSON', 't', 'verification.sent');
    const [after] = await publishTurns(1, 1);
    receiver.behaviour = behaviours.answers(200);
    bench.pass(HOUR);
    await bench.run(pump);
    expect(got().slice(1)).toEqual([after]);
    expect((await redis.client.keys('*')).filter((key) => /:w[rid]:/.test(key))).toEqual([]);
  });

  it('forgets a webhook that is deleted while something is on its way', async () => {
    const id = await bench.webhook(url('/a'));
    const pump = (await bench.pump())!;
    receiver.behaviour = down;
    await publishTurns(2, 1);
    await pump.tick();
    await bench.webhooks.delete('shop', id);
    await pump.settled();
    await bench.run(pump);
    expect((await redis.client.keys('*')).filter((key) => key.includes(id))).toEqual([]);
    expect(Object.keys(await redis.client.hgetall('pl:{ev:shop}:wh'))).toEqual(['version']);
  });

  it('seals settings anew when the secret rotates, so that the old one can be taken away', async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32)];
    const benches = [[old], [fresh, old], [fresh]].map((secrets) => new PumpBench(redis, makeKeyring(secrets)));
    await benches[0]!.webhook(url('/a'));
    for (const rotated of benches) {
      const [event] = await publishTurns(1, 1);
      const pump = (await rotated.pump())!;
      await rotated.run(pump);
      expect(got().at(-1)).toBe(event);
      await pump.stop();
      await rotated.close();
    }
  });
});
