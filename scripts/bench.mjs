// `npm run bench`: what a check and a start cost, beside the least that they could cost. From a fresh clone.
// With `--keys`: what it costs to know a caller, with few keys and with half a million.
// With `--limits`: what limits and the rules of the guard cost a start.
// With `--overload`: what is served, and how fast the rest is refused, at five times what it can do.
// With `--outage`: what callers get while Redis hangs, and while it is gone.
// With `--profile`: where the time of ours goes, and CPU profiles for a browser's developer tools in .data/bench.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './lib/find-redis.mjs';
import { startPrivateRedis } from './lib/private-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, fail, privateDirectory, root, say } from './lib/setup.mjs';

checkNode();
ensureInstalled();
ensureBuilt();
// Only now is there something to import it with.
const { bench } = await import('../bench/run.mjs');
const { canMeasure } = await import('../bench/measure.mjs');
if (!canMeasure()) fail('The benchmark reads CPU times from /proc, which only Linux has.');

const directory = mkdtempSync(join(tmpdir(), 'passlane-bench-'));
const startRedis = () => startPrivateRedis(findRedis(), directory).catch((error) => fail(error.message));
let redis = await startRedis();
const pidOfRedis = () => Number(readFileSync(join(directory, 'redis.pid'), 'utf8'));

let status = 1;
let ending;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
try {
  const tables = await bench({
    root,
    directory,
    say,
    keys: process.argv.includes('--keys'),
    limits: process.argv.includes('--limits'),
    outage: process.argv.includes('--outage'),
    overload: process.argv.includes('--overload'),
    profiles: process.argv.includes('--profile') ? privateDirectory('.data', 'bench') : undefined,
    redis: {
      url: redis.url,
      socket: redis.url.slice('unix://'.length),
      pid: pidOfRedis(),
      kill: () => process.kill(pidOfRedis(), 'SIGKILL'),
      run: async () => {
        redis = await startRedis();
      },
    },
  });
  process.stdout.write(`\n${tables}\n`);
  status = 0;
} catch (error) {
  say(`The benchmark failed: ${error.stack}`);
} finally {
  await end();
}

/** The services end with this process: each watches its channel to it. */
async function end() {
  ending ??= redis.stop();
  await ending;
  // A Redis that rewrites its file while it ends may still put one there.
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.exit(status);
}
