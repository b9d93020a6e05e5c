// Which process runs on which cores. Linux only, by util-linux' taskset.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const cores = availableParallelism();
const half = Math.floor(cores / 2);
const MEASURED = `0-${half - 1}`;
const LOAD = `${half}-${cores - 1}`;

/**
 * Options of a Redis that is measured: rewriting its file is done by a process of its own, which takes a core for itself
 * for a second now and then. Redis puts it where its main thread is, unless it is told.
 */
export const redisApart = half === 0 ? {} : { aof_rewrite_cpulist: LOAD, bio_cpulist: LOAD };

/**
 * The load on one half of the cores, what is measured on the other: what it costs to send five times too much is not taken
 * from who must answer it. Of each only the main thread: V8's helpers go where there is room.
 * @returns whether they are apart
 */
export function keepApart(measured, load) {
  if (half === 0) return false;
  try {
    for (const pid of measured) pin(pid, MEASURED);
    for (const pid of load) pin(pid, LOAD);
    return true;
  } catch {
    return false;
  }
}

const pin = (pid, list) => execFileSync('taskset', ['--cpu-list', '--pid', list, String(pid)], { stdio: 'ignore' });
