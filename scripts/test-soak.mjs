// `npm run test:soak`: twenty minutes at 200 verifications a second with everything switched on: does anything grow, get
// stuck or stay? PASSLANE_SOAK_MINUTES makes it shorter. Linux; from a fresh clone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './lib/find-redis.mjs';
import { startPrivateRedis } from './lib/private-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, fail, root, say } from './lib/setup.mjs';

const PER_SECOND = 200;
const MINUTES = Number(process.env.PASSLANE_SOAK_MINUTES ?? 20);
/** Records are looked at when all is over, and live for an hour. */
const MOST_MINUTES = 50;

checkNode();
ensureInstalled();
ensureBuilt();
// Only now is there something to import it with.
const { canMeasure } = await import('../bench/measure.mjs');
const { soak } = await import('../test/soak/run.mjs');
const { verdict } = await import('../test/soak/verdict.mjs');
if (!canMeasure()) fail('The soak reads CPU times from /proc, which only Linux has.');
if (!(MINUTES > 0 && MINUTES <= MOST_MINUTES)) fail(`PASSLANE_SOAK_MINUTES must be minutes, ${MOST_MINUTES} at most.`);

const directory = mkdtempSync(join(tmpdir(), 'passlane-soak-'));
const redis = await startPrivateRedis(findRedis(), directory).catch((error) => fail(error.message));
let status = 1;
let ending;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
try {
  const figures = await soak({
    root,
    directory,
    say,
    load: { perSecond: PER_SECOND, minutes: MINUTES },
    redis: {
      url: redis.url,
      socket: redis.url.slice('unix://'.length),
      pid: Number(readFileSync(join(directory, 'redis.pid'), 'utf8')),
    },
  });
  const { text, failed } = verdict(figures);
  process.stdout.write(`\n${text}\n`);
  status = failed ? 1 : 0;
} catch (error) {
  say(`The soak failed: ${error.stack}`);
} finally {
  await end();
}

/** The services end with this process: each watches its channel to it. */
async function end() {
  ending ??= redis.stop();
  await ending;
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.exit(status);
}
