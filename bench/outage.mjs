// What callers get while Redis is away: a thousand checks a second, whether or not they are answered, while Redis hangs and
// while it is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { startOurs } from './contestants.mjs';
import { Logins } from './logins.mjs';
import { quantile, watchMemory } from './measure.mjs';

const RATE = 1_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const WARM_UP_S = 5;
const RECOVERY_S = 5;

/** @returns {Promise<string>} a table */
export async function benchOutage(surroundings, say) {
  const [ours] = await startOurs({ ...surroundings, shedding: 'on' });
  const logins = new Logins(ours, surroundings.sink);
  const { redis } = surroundings;
  try {
    await logins.open(RATE / 10, WARM_UP_S);
    await logins.settled();
    const rows = [];
    for (const [name, away, back] of [
      ['hangs', () => process.kill(redis.pid, 'SIGSTOP'), () => process.kill(redis.pid, 'SIGCONT')],
      ['is gone', () => redis.kill(), () => redis.run()],
    ]) {
      say(`bench: Redis ${name} for ${SECONDS} s, at ${RATE} checks a second`);
      const memory = watchMemory(ours.child.pid);
      away();
      const during = await logins.checks(RATE, SECONDS);
      await back();
      const backAt = performance.now();
      const after = await logins.checks(RATE, RECOVERY_S);
      rows.push(row(name, during, after, backAt, memory.stop()));
      await sleep(1_000);
    }
    return [HEAD, '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
  } finally {
    logins.close();
  }
}

const HEAD =
  '| Redis | checks, answered 503 | slowest ms | p50 / p99 ms | others | well again after | memory before / most / after MB |';

function row(name, during, after, backAt, memory) {
  const times = during.map(({ ms }) => ms);
  const refused = during.filter(({ status }) => status === 503).length;
  const lastRefusal = Math.max(backAt, ...after.filter(({ status }) => status === 503).map(({ at }) => at));
  const [slowest, p50, p99] = [1, 0.5, 0.99].map((q) => quantile(times, q).toFixed(1));
  const megabytes = memory.map((each) => each.toFixed(0)).join(' / ');
  const recovery = `${((lastRefusal - backAt) / 1_000).toFixed(1)} s`;
  return `| ${name} | ${during.length}, ${refused} | ${slowest} | ${p50} / ${p99} | ${during.length - refused} | ${recovery} | ${megabytes} |`;
}
