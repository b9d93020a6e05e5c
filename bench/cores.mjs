// Which process runs on which cores. Linux only, by util-linux' taskset.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * The load on one half of the cores, what is measured on the other: what it costs to send five times too much is not taken
 * from who must answer it. Of each only the main thread: V8's helpers go where there is room.
 * @returns whether they are apart
 */
export function keepApart(measured, load) {
  const cores = availableParallelism();
  const half = Math.floor(cores / 2);
  if (half === 0) return false;
  try {
    for (const pid of measured) pin(pid, 0, half - 1);
    for (const pid of load) pin(pid, half, cores - 1);
    return true;
  } catch {
    return false;
  }
}

const pin = (pid, first, last) =>
  execFileSync('taskset', ['--cpu-list', '--pid', `${first}-${last}`, String(pid)], { stdio: 'ignore' });
