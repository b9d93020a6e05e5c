// What the guard costs a start: with all limits and rules on, beside an application with `limits: off`, in one service.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startOurs } from './contestants.mjs';
import { post } from './load.mjs';
import { median } from './measure.mjs';
import { runRound } from './round.mjs';

const ROUNDS = 5;
/** Not counted: until then much of the CPU goes to V8's compiler. */
const WARM_UPS = 2;
const BOUND = 1.3;
/** Of a round. */
const STARTS = 2_500;
/** Of countries and applications (src/guard/thresholds.ts). */
const LONG_WINDOW_MS = 600_000;

/** Limits by all that there is to count by, and all rules; none so low that it refuses anything. */
const guarded = (token) => ({
  keys: [{ id: 'guarded-1', token, mode: 'live', scopes: ['verifications'] }],
  limits: {},
  guard: {
    rules: [
      { name: 'address', key: 'client_ip', limits: ['1000/10m', '1000/1h'] },
      { name: 'prefix', key: 'prefix', limits: '1000/1s' },
      { name: 'country', key: 'country', limits: '1000/1s', mode: 'monitor' },
      { name: 'all', key: 'application', limits: '1000/1s', mode: 'monitor' },
      { name: 'session', key: 'limit_key', limits: ['10/10s', '100/1h'] },
    ],
    countries: { default: 'allow', AZ: 'block' },
  },
});

/** @returns {Promise<string>} a table */
export async function benchLimits(surroundings, say) {
  const token = randomBytes(18).toString('base64url');
  const [off] = await startOurs({ ...surroundings, applications: { guarded: guarded(token) } });
  const on = { ...off, name: 'on', ...callsOf(token) };
  const redis = new Redis(surroundings.redis.socket);
  try {
    await growUp(redis);
    const contestants = [
      { ...off, name: 'off', starts: STARTS },
      { ...on, starts: STARTS },
    ];
    const rounds = [];
    for (let round = 1 - WARM_UPS; round <= ROUNDS; round++) {
      const figures = {};
      for (const contestant of contestants) figures[contestant.name] = await measured(contestant, surroundings, redis);
      contestants.reverse();
      if (round > 0) rounds.push(figures);
      say(`bench: ${round <= 0 ? 'warming up' : `round ${round} of ${ROUNDS}`}`);
    }
    return table(rounds);
  } finally {
    redis.disconnect();
  }
}

const callsOf = (token) => ({
  start: (to) =>
    post('/v1/verifications', token, {
      to,
      channels: [{ channel: 'sms' }],
      max_checks: 10,
      client_ip: `10.${to.slice(2, 5) % 256}.${to.slice(5, 8) % 256}.${to.slice(8) % 256}`,
      limit_keys: [{ name: 'session', value: to }],
    }),
  check: (id, code) => post(`/v1/verifications/${id}/check`, token, { code }),
});

/** An application that has had many approvals, and is used to very many: so that this load is nothing to it. */
async function growUp(redis) {
  await redis.set('pl:{g:guarded}:a', 1_000_000);
  const known = { peak: 1e9, lw: Math.floor(Date.now() / LONG_WINDOW_MS) };
  for (const subject of ['country-US', 'application']) await redis.hset(`pl:{g:guarded}:s:${subject}`, known);
}

/** Scripts of Redis that a start takes, beside its CPU. */
async function measured(contestant, surroundings, redis) {
  const scripts = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  let calls = 0;
  const { start } = await runRound(contestant, surroundings, async (operation, work) => {
    const before = await scripts();
    const done = await work();
    if (operation === 'start') calls = (await scripts()) - before;
    return done;
  });
  return { ...start, calls: calls / contestant.starts };
}

function table(rounds) {
  const of = (name, field) => rounds.map((round) => round[name][field]);
  const cell = (values, digits) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
  const row = (name) =>
    `| ${name} | ${cell(of(name, 'service'), 0)} | ${cell(of(name, 'redis'), 0)} | ${cell(of(name, 'calls'), 2)} |`;
  const ratio = (field) => rounds.map(({ on, off }) => on[field] / off[field]);
  const service = ratio('service');
  const holds = median(service) <= BOUND ? 'holds' : 'BROKEN';
  return [
    '| limits | service CPU µs | Redis CPU µs | scripts per start |',
    '| --- | --- | --- | --- |',
    row('off'),
    row('on'),
    `| **on / off** | **${cell(service, 2)}**; bound ${BOUND} ${holds} | ${cell(ratio('redis'), 2)} | |`,
  ].join('\n');
}
