// What is read off while the load runs: CPU time of a process, and quantiles.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

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

/**
 * Looks at a process' resident memory every quarter of a second. `stop` answers before, most and now, in MB; `least` the
 * least of a while (what comes on top is garbage), times as `performance.now` gives them.
 */
export function watchMemory(pid) {
  const read = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
  const samples = [{ at: performance.now(), mb: read() }];
  let running = true;
  void (async () => {
    while (running) {
      samples.push({ at: performance.now(), mb: read() });
      await sleep(250);
    }
  })();
  return {
    least: (from, to) => Math.min(...samples.filter(({ at }) => at >= from && at < to).map(({ mb }) => mb)),
    stop: () => {
      running = false;
      return [samples[0].mb, Math.max(...samples.map(({ mb }) => mb)), read()];
    },
  };
}
