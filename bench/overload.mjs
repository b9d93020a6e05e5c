// What becomes of five times too much: logins arrive whether or not the service keeps up. Each is a start, and if that is
// served, a look at the verification and a check of the code that has come.
import { startOurs } from './contestants.mjs';
import { keepApart } from './cores.mjs';
import { get } from './load.mjs';
import { Logins } from './logins.mjs';
import { cpuMicros, quantile, watchMemory } from './measure.mjs';

const WARM_UP_S = 8;
const CAPACITY_S = 10;
const OVERLOAD_S = Number(process.env.BENCH_SECONDS ?? 30);
const TIMES = 5;
/** As many logins at a time while the capacity is measured. */
const CLOSED = 256;
/** What a refusal asks for. */
const RETRY_AFTER_MS = 1_000;
/** Of the capacity: what comes when the worst is over. */
const NORMAL = 0.5;
const AFTER_S = 6;

/** @returns {Promise<string>} a table */
export async function benchOverload(surroundings, say) {
  const [ours] = await startOurs({ ...surroundings, shedding: 'on' });
  const { redis, sink } = surroundings;
  const apart = keepApart([ours.child.pid, redis.pid], [process.pid, sink.pid]);
  const logins = new Logins(ours, sink);
  try {
    say('bench: warming up');
    await logins.closed(CLOSED, WARM_UP_S, RETRY_AFTER_MS);
    const before = await logins.closed(CLOSED, CAPACITY_S, RETRY_AFTER_MS);
    await logins.connectAll(get('/health/live'));
    const capacity = before.approved.length / CAPACITY_S;
    say(`bench: capacity ${capacity.toFixed(0)} logins/s; now ${TIMES} times that for ${OVERLOAD_S} s`);
    const memory = watchMemory(ours.child.pid);
    const cpu = [ours.child.pid, redis.pid, process.pid].map((pid) => [pid, cpuMicros(pid)]);
    const over = await logins.open(capacity * TIMES, OVERLOAD_S);
    const endedAt = performance.now();
    const cores = cpu.map(([pid, before]) => (cpuMicros(pid) - before) / OVERLOAD_S / 1e6);
    const after = await logins.open(capacity * NORMAL, AFTER_S);
    await logins.settled();
    const again = await logins.closed(CLOSED, CAPACITY_S, RETRY_AFTER_MS);
    return table({
      apart,
      capacity: [capacity, again.approved.length / CAPACITY_S],
      over,
      after,
      endedAt,
      cores,
      memory: memory.stop(),
    });
  } finally {
    logins.close();
  }
}

function table({ apart, capacity: [before, afterwards], over, after, endedAt, cores, memory }) {
  const goodput = over.approved.length / OVERLOAD_S;
  // A machine that is shared does not do the same in every minute.
  const capacity = (before + afterwards) / 2;
  const checks = over.approved.length + over.checksRefused.length;
  const lastRefusal = Math.max(endedAt, ...after.refused.map(({ at }) => at));
  const ms = (values, q) =>
    values.length === 0
      ? '-'
      : quantile(
          values.map(({ ms: each }) => each),
          q,
        ).toFixed(1);
  return [
    '| | |',
    '| --- | --- |',
    `| capacity before and after, ${CLOSED} logins at a time | ${before.toFixed(0)} and ${afterwards.toFixed(0)} logins/s |`,
    `| offered for ${OVERLOAD_S} s | ${(over.offered / OVERLOAD_S).toFixed(0)} logins/s |`,
    `| goodput | ${goodput.toFixed(0)} logins/s, ${((100 * goodput) / capacity).toFixed(0)} % of their mean |`,
    `| starts served, p50 / p99 | ${over.served.length}, ${ms(over.served, 0.5)} / ${ms(over.served, 0.99)} ms |`,
    `| starts refused, p50 / p99 | ${over.refused.length}, ${ms(over.refused, 0.5)} / ${ms(over.refused, 0.99)} ms |`,
    `| reads refused | ${over.readsRefused} |`,
    `| checks answered | ${((100 * over.approved.length) / checks).toFixed(2)} % of ${checks} |`,
    `| cores used by service / Redis / load | ${cores.map((each) => each.toFixed(2)).join(' / ')} |`,
    `| load on cores of its own | ${apart ? 'yes' : 'no'} |`,
    `| lost connections | ${over.lost} |`,
    `| memory before / most / after | ${memory.map((mb) => mb.toFixed(0)).join(' / ')} MB |`,
    `| last refusal after the end | ${((lastRefusal - endedAt) / 1_000).toFixed(1)} s, at ${NORMAL} of the capacity |`,
  ].join('\n');
}
