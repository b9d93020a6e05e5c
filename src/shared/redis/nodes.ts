import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../redis.js';
import { slotOf } from './slot.js';

/** Keys that one node has, by their places in the list that was asked for. */
export interface NodeKeys {
  readonly node: Redis;
  readonly places: readonly number[];
  /** False for a single server: that takes keys of any slots together. */
  readonly cluster: boolean;
}

export interface NodeAnswer {
  readonly places: readonly number[];
  readonly answer: unknown;
}

const isWorking = ({ status }: Redis): boolean => status === 'ready';

/** Undefined for a single server, which has everything. */
const nodesOf = (redis: RedisClient): Redis[] | undefined =>
  redis instanceof Cluster ? redis.nodes('master') : undefined;

/** The server, or those of a cluster's primaries that answer. */
export const workingNodes = (redis: RedisClient): Redis[] =>
  redis instanceof Cluster ? redis.nodes('master').filter(isWorking) : [redis];

/** Redis's time (of a cluster, that of a node that answers), in Unix milliseconds. */
export async function timeOf(redis: RedisClient): Promise<number> {
  const [node = redis] = workingNodes(redis);
  const [seconds, micros] = await node.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** All of Redis answers, as far as we know. */
export const isWell = (redis: RedisClient): boolean =>
  redis.status === 'ready' && (nodesOf(redis)?.every(isWorking) ?? true);

/** Tells whenever Redis, or a node of it, answers (again). */
export function onBack(redis: RedisClient, tell: () => void): void {
  const hear = (node: Redis): void => void node.on('ready', tell);
  if (!(redis instanceof Cluster)) {
    hear(redis);
    return;
  }
  // Nodes stay known while they are away, and replicas are before they take over: most are here before anybody asks.
  for (const node of redis.nodes()) hear(node);
  redis.on('+node', hear);
}

/**
 * Asks something that concerns keys of many slots: once in all of a single server, else once on each node for the keys
 * that it has now. A node that is away has no answer, and is nobody else's affair; the callers come again.
 * @throws when no node answers
 */
export async function askNodes(
  redis: RedisClient,
  keys: readonly string[],
  ask: (keys: NodeKeys) => Promise<unknown>,
): Promise<NodeAnswer[]> {
  if (!(redis instanceof Cluster)) {
    const places = keys.map((_, place) => place);
    return [{ places, answer: await ask({ node: redis, places, cluster: false }) }];
  }
  const groups = groupByNode(redis, keys);
  if (groups.length === 0) throw new Error('Connection is closed: no node of the cluster answers.');
  return whatAnswers(groups.map(async (group) => ({ places: group.places, answer: await ask(group) })));
}

/**
 * The answers of those nodes that gave one.
 * @throws the first failure, when all have failed
 */
export async function whatAnswers<T>(asked: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(asked);
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (answers.length === 0 && failed) throw failed.reason as Error;
  return answers;
}

/** Keys of nodes that answer. Anew each time: slots move, and 256 look-ups are nothing. */
function groupByNode(cluster: Cluster, keys: readonly string[]): NodeKeys[] {
  const byName = new Map(workingNodes(cluster).map((node) => [`${node.options.host}:${node.options.port}`, node]));
  const groups = new Map<Redis, number[]>();
  for (const [place, key] of keys.entries()) {
    const name = cluster.slots[slot(key)]?.[0];
    const node = name === undefined ? undefined : byName.get(name);
    if (!node) continue;
    const group = groups.get(node);
    if (group) group.push(place);
    else groups.set(node, [place]);
  }
  return [...groups].map(([node, places]) => ({ node, places, cluster: true }));
}

/** Only ever asked for the few keys that stand for all shards. */
const known = new Map<string, number>();

function slot(key: string): number {
  let found = known.get(key);
  if (found === undefined) {
    found = slotOf(key);
    known.set(key, found);
  }
  return found;
}
