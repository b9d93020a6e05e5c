// What becomes of five times too much: logins arrive whether or not the service keeps up. Each is a start, and if that is
// served, a look at the verification and a check of the code that has come.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startOurs } from './contestants.mjs';
import { keepApart } from './cores.mjs';
import { get } from './load.mjs';
import { Logins } from './logins.mjs';
import { cpuMicros, quantile, watchMemory } from './measure.mjs';

/** What a shared machine can do changes within minutes, by up to 30 %: all rounds together tell, and no single one. */
const ROUNDS = 5;
/** Until V8 has compiled what it will: on a slow machine the tenth second still does more than the eighth. */
const WARM_UP_S = 15;
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
const LATENESS_STEP_MS = 5;

/** @returns {Promise<string>} a table, a column for each round */
export async function benchOverload(surroundings, say) {
  const [ours] = await startOurs({ ...surroundings, shedding: 'on' });
  const { redis, sink } = surroundings;
  const apart = keepApart([ours.child.pid, redis.pid], [process.pid, sink.pid]);
  const logins = new Logins(ours, sink);
  const measureCapacity = async () =>
    (await logins.closed(CLOSED, CAPACITY_S, RETRY_AFTER_MS)).approved.length / CAPACITY_S;
  try {
    say('bench: warming up');
    await logins.closed(CLOSED, WARM_UP_S, RETRY_AFTER_MS);
    const capacities = [await measureCapacity()];
    const [goodputs, rounds] = [[], []];
    while (rounds.length < ROUNDS) {
      const before = capacities.at(-1);
      await logins.connectAll(get('/health/live'));
      say(`bench: capacity ${before.toFixed(0)} logins/s; now ${TIMES} times that for ${OVERLOAD_S} s`);
      const round = await overload(logins, before, [ours.child.pid, redis.pid, process.pid]);
      const after = await measureCapacity();
      capacities.push(after);
      goodputs.push(goodput(round));
      // All answers of a round are too many to be kept: to collect that garbage makes the load late.
      rounds.push(figuresOf({ ...round, before, after }));
    }
    return table(rounds, share(mean(goodputs), mean(capacities)), apart);
  } finally {
    logins.close();
  }
}

async function overload(logins, capacity, pids) {
  const memory = watchMemory(pids[0]);
  const cpu = pids.map(cpuMicros);
  const lateness = monitorEventLoopDelay({ resolution: LATENESS_STEP_MS });
  lateness.enable();
  const over = await logins.open(capacity * TIMES, OVERLOAD_S);
  lateness.disable();
  const endedAt = performance.now();
  const cores = pids.map((pid, i) => (cpuMicros(pid) - cpu[i]) / OVERLOAD_S / 1e6);
  const then = await logins.open(capacity * NORMAL, AFTER_S);
  await logins.settled();
  const lateMs = lateness.percentile(99) / 1e6 - LATENESS_STEP_MS;
  return { over, then, endedAt, cores, lateMs, memory: memory.stop() };
}

/** Logins a second. */
const goodput = ({ over }) => over.approved.length / OVERLOAD_S;
const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const share = (served, capacity) => `${((100 * served) / capacity).toFixed(0)} %`;

/** By the names of their rows. */
function figuresOf(round) {
  const { before, after, over, then, endedAt, cores, lateMs, memory } = round;
  const checks = over.approved.length + over.checksRefused.length;
  const lastRefusal = Math.max(endedAt, ...then.refused.map(({ at }) => at));
  return {
    [`capacity before and after, ${CLOSED} logins at a time`]: `${before.toFixed(0)} and ${after.toFixed(0)} logins/s`,
    [`offered for ${OVERLOAD_S} s`]: `${(over.offered / OVERLOAD_S).toFixed(0)} logins/s`,
    goodput: `${goodput(round).toFixed(0)} logins/s`,
    'goodput, of the mean of both capacities': share(goodput(round), mean([before, after])),
    'starts served, p50 / p99': `${over.served.length}, ${p50p99(over.served)} ms`,
    'starts refused, p50 / p99': `${over.refused.length}, ${p50p99(over.refused)} ms`,
    'the load itself is late by, p99': `${lateMs.toFixed(1)} ms`,
    'reads refused': over.readsRefused,
    'checks answered': `${((100 * over.approved.length) / checks).toFixed(2)} % of ${checks}`,
    'cores used by service / Redis / load': cores.map((each) => each.toFixed(2)).join(' / '),
    'lost connections': over.lost,
    'memory before / most / after': `${memory.map((mb) => mb.toFixed(0)).join(' / ')} MB`,
    [`last refusal after the end, at ${NORMAL} of the capacity`]: `${((lastRefusal - endedAt) / 1_000).toFixed(1)} s`,
  };
}

function p50p99(answers) {
  const ms = answers.map((each) => each.ms);
  return ms.length === 0 ? '- / -' : `${quantile(ms, 0.5).toFixed(1)} / ${quantile(ms, 0.99).toFixed(1)}`;
}

function table(rounds, overall, apart) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [
    row(['', ...rounds.map((_, i) => `round ${i + 1}`)]),
    row(['---', ...rounds.map(() => '---')]),
    ...Object.keys(rounds[0]).map((name) => row([name, ...rounds.map((round) => round[name])])),
    '',
    `Goodput of all rounds: ${overall} of the mean of all capacities. Load on cores of its own: ${apart ? 'yes' : 'no'}.`,
  ].join('\n');
}
