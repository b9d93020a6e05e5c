// What is read off while the load runs: CPU time of a process, and quantiles.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export const canMeasure = () => existsSync('/proc/self/stat');

let ticksPerSecond;

/** CPU time (user and system, all threads) that a process has used so far, in microseconds. Linux only. */
export function cpuMicros(pid) {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  // The program's name stands in brackets and may hold blanks; utime and stime are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
}

/** @param values not empty; @param q 0 to 1 */
export function quantile(values, q) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

export const median = (values) => quantile(values, 0.5);
