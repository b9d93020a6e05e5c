import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../shared/redis.js';
import { askNodes, type NodeAnswer } from '../shared/redis/nodes.js';

interface Text {
  readonly source: string;
  readonly sha: string;
}

/** One Lua script: one atomic change of state, one round trip. */
export interface Script extends Text {
  /** The same for a cluster. */
  readonly ofCluster: Text;
}

const DIRECTORY = new URL('./scripts/', import.meta.url);
const INCLUDE = /^--- @include (\S+)$/gm;

/** Reads `scripts/<name>.lua` and puts the shared functions in the place of its `--- @include` lines. */
export function loadScript(name: string): Script {
  const read = (file: string): string => readFileSync(new URL(`${file}.lua`, DIRECTORY), 'utf8');
  const source = read(name).replace(INCLUDE, (_, included: string) => read(included));
  return { ...toText(source), ofCluster: toText(WITHOUT_THE_LAST_KEY + source) };
}

const toText = (source: string): Text => ({ source, sha: createHash('sha1').update(source).digest('hex') });

const WITHOUT_THE_LAST_KEY = 'table.remove(KEYS)\n';

/**
 * Names a key of the same slot that is never there. While a slot is on its way to another node, one that does not have every
 * key that is named refuses the script before it begins. Without this one a script would run on either node, and fail, or
 * find nothing, where it comes to a key that it makes a name for itself and that the other node has: half of a change.
 */
const neverThere = ([key = '']: readonly string[]): string => `${key.slice(0, key.indexOf('}') + 1)}:-`;

/**
 * A script that only reads, of keys in many slots. A cluster takes such keys only as arguments, with this flag, and where
 * the node has them all: there the script gets them back as its `KEYS`.
 */
const OF_MANY_SLOTS = `#!lua flags=no-writes,allow-cross-slot-keys
local KEYS, ARGV = {unpack(ARGV, 2, ARGV[1] + 1)}, {unpack(ARGV, ARGV[1] + 2)}
`;

/** Of a script over many keys. */
interface Across {
  /** What it has found, by node. */
  readonly found: readonly NodeAnswer[];
  /** Places of the keys that nobody answers for now: their node is away, or their slot on its way to another one. */
  readonly silent: readonly number[];
}

/** Once on each node that has some of the keys. @param script answers what it has found, and the positions of keys that are not there */
export async function readAcross(
  redis: RedisClient,
  { source }: Script,
  keys: readonly string[],
  args: (string | number)[] = [],
): Promise<Across> {
  const answers = await askNodes(redis, keys, ({ node, places, cluster }) => {
    if (!cluster) return node.eval_ro(source, keys.length, ...keys, ...args);
    const own = places.map((place) => keys[place] as string);
    return node.eval_ro(OF_MANY_SLOTS + source, 0, own.length, ...own, ...args);
  });
  const silent = new Set(keys.keys());
  const elsewhere: number[] = [];
  const found = answers.map(({ places, answer }) => {
    const [own, missing] = answer as [unknown, number[]];
    elsewhere.push(...missing);
    const absent = new Set(missing);
    for (const [i, place] of places.entries()) if (!absent.has(i + 1)) silent.delete(place);
    return { places, answer: own };
  });
  if (elsewhere.length > 0 && redis instanceof Cluster) redis.refreshSlotsCache();
  return { found, silent: [...silent] };
}

/** By its hash; a Redis that does not know it yet (new, restarted, failed over) gets the source once. */
export async function run(
  redis: RedisClient,
  script: Script,
  keys: string[],
  args: (string | number)[],
): Promise<unknown> {
  const inCluster = redis instanceof Cluster;
  const { source, sha } = inCluster ? script.ofCluster : script;
  const named = inCluster ? [...keys, neverThere(keys)] : keys;
  try {
    return await redis.evalsha(sha, named.length, ...named, ...args);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(source, named.length, ...named, ...args);
  }
}
