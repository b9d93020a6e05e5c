import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import { makeRedis, type RedisClient } from '../../src/shared/redis.js';
import { isWell } from '../../src/shared/redis/nodes.js';
import { slotOf } from '../../src/shared/redis/slot.js';
import { allShards, dueKey, factsKey, outboxKey, pendingKey, stateKey } from '../../src/store/keys.js';
import { TestCluster, type OpenSlot } from '../support/redis-cluster.js';
import type { TestRedis } from '../support/redis.js';
import { sent, StoreBench } from '../support/store.js';
import { until } from '../support/wait.js';

let cluster: TestCluster;
let client: RedisClient;
let bench: StoreBench;
let open: OpenSlot | undefined;

beforeAll(async () => {
  cluster = await TestCluster.start();
  client = makeRedis(parseRedisUrl(cluster.url), () => undefined);
  bench = new StoreBench({ client } as unknown as TestRedis);
  await until('all nodes', () => isWell(client));
});

afterEach(async () => {
  await open?.close();
  open = undefined;
});

afterAll(async () => {
  client.disconnect();
  await cluster.stop();
});

/** Each test has one whose slot nobody has moved before, all of them on the same node. */
const shards = allShards.filter((shard) => Math.floor((slotOf(dueKey(shard)) * 3) / 16_384) === 0);
const freshShard = (): string => shards.pop()!;

/** All that there is of a shard, on both nodes. */
async function everything(shard: string, { from, to }: OpenSlot): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, { client: node }] of Object.entries({ from, to })) {
    for (const key of await node.keys(`pl:{${shard}}:*`)) {
      await node.call('ASKING');
      found[`${name} ${key}`] = ((await node.callBuffer('DUMP', key)) as Buffer).toString('hex');
    }
  }
  return found;
}

interface Case {
  readonly id: string;
  readonly shard: string;
  readonly pointer: string;
}

const kinds = async ({ id }: Case) => (await bench.told(id)).map(({ kind }) => kind);

const cancel = (id: string) => bench.verifications.cancel('shop', id);

/** What is called, what it moves before, and what has become of it in the end. */
const calls: [name: string, moved: (one: Case) => string[], call: (one: Case) => Promise<unknown>, end: string][] = [
  ['an approval, its outbox moved', ({ shard }) => [outboxKey(shard)], ({ id }) => bench.check(id, true), 'approved'],
  ['an approval, its record moved', ({ id }) => [stateKey(id)], ({ id }) => bench.check(id, true), 'approved'],
  ['an approval, its pointer moved', ({ pointer }) => [pointer], ({ id }) => bench.check(id, true), 'approved'],
  ['a cancel, its outbox moved', ({ shard }) => [outboxKey(shard)], ({ id }) => cancel(id), 'canceled'],
  ['a claim, its due set moved', ({ shard }) => [dueKey(shard)], ({ id }) => bench.deliveries.claim(id), 'pending'],
  [
    'a claim, all but its facts moved',
    ({ id, shard }) => [stateKey(id), dueKey(shard)],
    ({ id }) => bench.deliveries.claim(id),
    'pending',
  ],
  [
    'a lease, its record moved',
    ({ id }) => [stateKey(id), factsKey(id)],
    ({ shard }) => bench.deliveries.lease(shard, 60_000),
    'pending',
  ],
  [
    'a lease, its due set moved',
    ({ shard }) => [dueKey(shard)],
    ({ shard }) => bench.deliveries.lease(shard, 60_000),
    'pending',
  ],
];

it.each(calls)('while a slot is open %s: refused, and nothing has changed', async (_, moved, call, end) => {
  const shard = freshShard();
  const recipient = bench.recipient(shard);
  const id = await bench.created(recipient);
  await client.zadd(dueKey(shard), Date.now() - 1, id);
  const one = { id, shard, pointer: pendingKey(recipient, 'login') };

  open = await cluster.openSlot(stateKey(id));
  await open.move(...moved(one));
  const before = await everything(shard, open);
  await expect(call(one)).rejects.toThrow(/Cluster redirections/);
  expect(await everything(shard, open)).toEqual(before);

  await open.close();
  await call(one);
  expect((await bench.state(id)).status).toBe(end);
  expect(await kinds(one)).toEqual(['created', ...(end === 'pending' ? [] : [end])]);
});

it('while a slot is open a result is refused, and recorded when it is closed', async () => {
  const id = await bench.created(bench.recipient(freshShard()));
  await client.zadd(dueKey(id.slice(-2)), Date.now() - 1, id);
  const claim = await bench.claimed(id);
  open = await cluster.openSlot(stateKey(id));
  await open.move(outboxKey(id.slice(-2)));
  await expect(bench.records(claim, sent())).rejects.toThrow(/Cluster redirections/);
  expect(await open.from.client.hget(stateKey(id), '1:status')).toBe('sending');
  await open.close();
  await bench.records(claim, sent());
  expect((await bench.state(id)).attempts[0]!.status).toBe('sent');
});

it('while a slot is open the other shards of its node are seen, and it says which one is not', async () => {
  const [moving, other] = [freshShard(), freshShard()];
  const [id] = await Promise.all([moving, other].map((shard) => bench.created(bench.recipient(shard))));
  for (const shard of [moving, other]) await client.zadd(dueKey(shard), Date.now() - 1, 'something');
  open = await cluster.openSlot(stateKey(id!));
  await open.move(dueKey(moving), outboxKey(moving));

  // Where slots before have gone is known from the second time on.
  const seen = await until('only this one to be away', async () => {
    const found = await bench.deliveries.peek();
    return found.silent.length === 1 && found;
  });
  expect(seen.silent).toEqual([moving]);
  expect(seen.ready).toContain(other);
  expect(seen.ready).not.toContain(moving);
  const outboxes = await bench.events.outboxes();
  expect(outboxes.entries.map(({ shard }) => shard)).toContain(other);
  expect(outboxes.silent).toEqual([moving]);

  await open.close();
  await until('it to be seen where it is now', async () => (await bench.deliveries.peek()).ready.includes(moving));
  expect((await bench.events.outboxes()).entries.map(({ shard }) => shard)).toContain(moving);
});
