import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from '../shared/redis.js';
import { askNodes, type NodeAnswer } from '../shared/redis/nodes.js';

/** One Lua script: one atomic change of state, one round trip. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

const DIRECTORY = new URL('./scripts/', import.meta.url);
const INCLUDE = /^--- @include (\S+)$/gm;

/** Reads `scripts/<name>.lua` and puts the shared functions in the place of its `--- @include` lines. */
export function loadScript(name: string): Script {
  const read = (file: string): string => readFileSync(new URL(`${file}.lua`, DIRECTORY), 'utf8');
  const source = read(name).replace(INCLUDE, (_, included: string) => read(included));
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/**
 * A script that only reads, of keys in many slots. A cluster takes such keys only as arguments, with this flag, and where
 * the node has them all: there the script gets them back as its `KEYS`.
 */
const OF_MANY_SLOTS = `#!lua flags=no-writes,allow-cross-slot-keys
local KEYS, ARGV = {unpack(ARGV, 2, ARGV[1] + 1)}, {unpack(ARGV, ARGV[1] + 2)}
`;

/** Once on each node that has some of the keys (askNodes says what of those that are away). */
export function readAcross(
  redis: RedisClient,
  { source }: Script,
  keys: readonly string[],
  args: (string | number)[] = [],
): Promise<NodeAnswer[]> {
  return askNodes(redis, keys, ({ node, places, cluster }) => {
    if (!cluster) return node.eval_ro(source, keys.length, ...keys, ...args);
    const own = places.map((place) => keys[place] as string);
    return node.eval_ro(OF_MANY_SLOTS + source, 0, own.length, ...own, ...args);
  });
}

/** By its hash; a Redis that does not know it yet (new, restarted, failed over) gets the source once. */
export async function run(
  redis: RedisClient,
  script: Script,
  keys: string[],
  args: (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.source, keys.length, ...keys, ...args);
  }
}
