import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeResolvers } from '../../src/webhooks/guard/resolver.js';
import { Gateway } from '../support/gateway.js';
import { PumpBench } from '../support/pump.js';
import { TestRedis } from '../support/redis.js';
import { idsAt, publish } from '../support/webhooks.js';

let redis: TestRedis;
let receiver: Gateway;
let bench: PumpBench;
/** Let go what the name servers of dead.test hold. */
let releases: (() => void)[];

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
});

beforeEach(() => {
  releases = [];
  const resolve = makeResolvers(async (hostname) => {
    if (hostname === 'dead.test') await new Promise<void>((release) => releases.push(release));
    return [{ address: '127.0.0.1', family: 4 }];
  })('shop');
  bench = new PumpBench(redis, undefined, resolve);
});

afterEach(() => bench.close());

afterAll(async () => {
  await receiver.stop();
  await redis.stop();
});

/** A webhook that gives an event up after its first failure. */
const webhookAt = (name: string): Promise<string> =>
  bench.webhook(`http://${name}:${new URL(receiver.url).port}/${name}`, { attempts: 1 });

describe('the pump, while the name servers of a receiver do not answer', () => {
  it('counts no attempt of others, and sends them their events afterwards', async () => {
    const dead = await webhookAt('dead.test');
    const pump = (await bench.pump())!;
    await publish(redis.client);
    await pump.tick();
    const behind = await webhookAt('behind.test');
    const { id } = await publish(redis.client);
    await bench.look(pump);
    await pump.settled();
    expect(receiver.received).toEqual([]);
    for (const release of releases) release();
    await bench.run(pump);
    expect(idsAt(receiver.received, '/behind.test')).toEqual([id]);
    expect(await bench.deadLetters(behind)).toEqual([]);
    // Two events: its own name was asked for.
    expect(await bench.deadLetters(dead)).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
  });
});
