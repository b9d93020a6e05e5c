// What callers get while Redis is away: a thousand requests a second, whether or not they are answered, while Redis hangs and
// while it is gone. Starts, reads and checks in turn, as logins make them; a probe looks at health meanwhile.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOurs } from './contestants.mjs';
import { freshNumber, Logins } from './logins.mjs';
import { quantile, watchMemory } from './measure.mjs';

const RATE = 1_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
/** Until then the service's memory grows by itself. */
const WARM_UP_S = 20;
const BEFORE_S = 2;
const AFTER_S = 8;
const PROBE_EVERY_MS = 200;

/** @returns {Promise<string>} a table */
export async function benchOutage(surroundings, say) {
  const [ours] = await startOurs({ ...surroundings, shedding: 'on' });
  const logins = new Logins(ours, surroundings.sink);
  const { redis } = surroundings;
  const text = inTurn([
    () => ours.start(freshNumber()),
    () => ours.read(randomUUID()),
    () => ours.check(randomUUID(), '123456'),
  ]);
  try {
    say('bench: warming up');
    await logins.requests(RATE, WARM_UP_S, text, () => {});
    const rows = [];
    for (const [name, promisedMs, away, back] of [
      ['hangs', 1_000, () => process.kill(redis.pid, 'SIGSTOP'), () => process.kill(redis.pid, 'SIGCONT')],
      ['is gone', 100, () => redis.kill(), () => redis.run()],
    ]) {
      say(`bench: Redis ${name} for ${SECONDS} s, at ${RATE} requests a second`);
      rows.push(row(name, promisedMs, await outage(ours, logins, { text, away, back })));
    }
    return [COLUMNS, COLUMNS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  } finally {
    logins.close();
  }
}

function inTurn(all) {
  let next = 0;
  return () => all[next++ % all.length]();
}

/** The load goes on all the time; Redis goes and comes back under it. */
async function outage(ours, logins, { text, away, back }) {
  const answers = [];
  const memory = watchMemory(ours.child.pid);
  const probe = watchHealth(ours.port);
  const load = logins.requests(RATE, BEFORE_S + SECONDS + AFTER_S, text, ({ status, head, ms, at }) => {
    answers.push({ refused: status === 503 && /^retry-after: 1\r?$/im.test(head), ms, at });
  });
  await sleep(BEFORE_S * 1_000);
  away();
  const awayAt = performance.now();
  await sleep(SECONDS * 1_000);
  const returnsAt = performance.now();
  await back();
  const backAt = performance.now();
  const [loggedInAt, { lost }] = await Promise.all([oneLogin(ours, logins), load]);
  return { answers, looks: probe.stop(), lost, awayAt, returnsAt, backAt, loggedInAt, memory };
}

/** Asks again and again, as a person would who cannot log in. @returns when it was done */
async function oneLogin(ours, logins) {
  for (;;) {
    const figures = await logins.closed(1, 0.001);
    if (figures.approved.length > 0) return performance.now();
    await sleep(20);
  }
}

/** `stop` answers what live and ready have said. */
function watchHealth(port) {
  const looks = [];
  let running = true;
  const ask = (what) => fetch(`http://127.0.0.1:${port}/health/${what}`).then(({ status }) => status);
  void (async () => {
    while (running) {
      const from = performance.now();
      const [live, ready] = await Promise.all([ask('live'), ask('ready')]);
      const at = performance.now();
      looks.push({ live, ready, at, ms: at - from });
      await sleep(PROBE_EVERY_MS);
    }
  })();
  return {
    stop: () => {
      running = false;
      return looks;
    },
  };
}

const COLUMNS = [
  'Redis',
  'asked, answered 503, otherwise, lost',
  'p50 / p99 / slowest ms; later than promised',
  'alive, ready of probes',
  'after it is back: last 503 / ready / first login, s',
  'memory before / most / after, MB',
  'least in the second / last quarter of the outage, MB',
];

function row(name, promisedMs, { answers, looks, lost, awayAt, returnsAt, backAt, loggedInAt, memory }) {
  const isDuring = ({ ms, at }) => at - ms > awayAt && at < returnsAt;
  const during = answers.filter(isDuring);
  const times = during.map(({ ms }) => ms);
  const refused = during.filter((answer) => answer.refused).length;
  const [p50, p99, slowest] = [0.5, 0.99, 1].map((q) => quantile(times, q).toFixed(1));
  const probes = looks.filter(isDuring);
  const saying = (what) => probes.filter((look) => look[what] === 200).length;
  const lastRefusal = Math.max(backAt, ...answers.filter((answer) => answer.refused).map(({ at }) => at));
  const readyAt = looks.find(({ ready, at }) => at > backAt && ready === 200)?.at;
  const after = [lastRefusal, readyAt, loggedInAt].map((at) => ((at - backAt) / 1_000).toFixed(2));
  const quarter = (returnsAt - awayAt) / 4;
  const quarters = [1, 3].map((n) => memory.least(awayAt + n * quarter, awayAt + (n + 1) * quarter));
  const megabytes = (all) => all.map((mb) => mb.toFixed(0)).join(' / ');
  return [
    name,
    `${during.length}, ${refused}, ${during.length - refused}, ${lost}`,
    `${p50} / ${p99} / ${slowest}; ${times.filter((ms) => ms > promisedMs).length} after ${promisedMs} ms`,
    `${saying('live')}, ${saying('ready')} of ${probes.length}`,
    after.join(' / '),
    megabytes(memory.stop()),
    megabytes(quarters),
  ];
}
