import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

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

/** By its hash; a Redis that does not know it yet (new, restarted, failed over) gets the source once. */
export async function run(redis: Redis, script: Script, keys: string[], args: (string | number)[]): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.source, keys.length, ...keys, ...args);
  }
}
