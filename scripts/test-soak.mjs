// `npm run test:soak`: twenty minutes at 200 verifications a second with everything switched on: does anything grow, get
// stuck or stay? PASSLANE_SOAK_MINUTES makes it shorter. Linux; from a fresh clone.
import { onPrivateRedis } from './lib/on-private-redis.mjs';
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

await onPrivateRedis('soak', async (surroundings) => {
  const figures = await soak({ ...surroundings, root, say, load: { perSecond: PER_SECOND, minutes: MINUTES } });
  const { text, failed } = verdict(figures);
  process.stdout.write(`\n${text}\n`);
  return failed ? 1 : 0;
});
