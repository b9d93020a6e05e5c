// `npm run bench`: what a check and a start cost, beside the least that they could cost. From a fresh clone.
// With `--keys`: what it costs to know a caller, with few keys and with half a million.
// With `--limits`: what limits and the rules of the guard cost a start.
// With `--overload`: what is served, and how fast the rest is refused, at five times what it can do.
// With `--outage`: what callers get while Redis hangs, and while it is gone.
// With `--profile`: where the time of ours goes, and CPU profiles for a browser's developer tools in .data/bench.
import { onPrivateRedis } from './lib/on-private-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, fail, privateDirectory, root, say } from './lib/setup.mjs';

checkNode();
ensureInstalled();
ensureBuilt();
// Only now is there something to import it with.
const { bench } = await import('../bench/run.mjs');
const { redisApart } = await import('../bench/cores.mjs');
const { canMeasure } = await import('../bench/measure.mjs');
if (!canMeasure()) fail('The benchmark reads CPU times from /proc, which only Linux has.');

const overload = process.argv.includes('--overload');
const run = async (surroundings) => {
  const tables = await bench({
    ...surroundings,
    root,
    say,
    keys: process.argv.includes('--keys'),
    limits: process.argv.includes('--limits'),
    outage: process.argv.includes('--outage'),
    overload,
    profiles: process.argv.includes('--profile') ? privateDirectory('.data', 'bench') : undefined,
  });
  process.stdout.write(`\n${tables}\n`);
  return 0;
};
await onPrivateRedis('bench', run, overload ? redisApart : {});
