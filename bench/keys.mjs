// What it costs to know a caller: with few keys, with very many, and with more in use than a process remembers.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startOurs } from './contestants.mjs';
import { drive, post } from './load.mjs';
import { cpuMicros, median } from './measure.mjs';

const FEW = 10;
const MANY = 500_000;
/** More than most services have in use at a time, fewer than a process remembers. */
const SOME = 20_000;
const REQUESTS = 30_000;
const ROUNDS = 5;
const MAKE_AT_ONCE = 500;

/** @returns {Promise<string>} a table */
export async function benchKeys(surroundings, say) {
  const secret = randomBytes(32);
  const [ours] = await startOurs({ ...surroundings, secret: secret.toString('base64') });
  const redis = new Redis(surroundings.redis.socket);
  try {
    const tokens = [];
    const make = await maker(redis, secret);
    await makeUntil(tokens, FEW, make);
    const few = tokens.slice();
    await round(ours, surroundings, few);
    const lines = [['10, all in use', await rounds(ours, surroundings, few)]];
    say(`bench: making ${MANY} keys`);
    await makeUntil(tokens, MANY, make);
    await atRest(redis);
    lines.push(['500 000, 10 in use', await rounds(ours, surroundings, few)]);
    const some = tokens.slice(-SOME);
    await round(ours, surroundings, some);
    lines.push(['500 000, 20 000 in use', await rounds(ours, surroundings, some)]);
    lines.push(['500 000, all in use', await rounds(ours, surroundings, tokens)]);
    return table(lines);
  } finally {
    redis.disconnect();
  }
}

/** Makes keys as the admin API does, with its own code, but without its HTTP. */
async function maker(redis, secret) {
  await import('reflect-metadata');
  const { makeKeyring, hmac } = await import('../dist/codes/keyring.js');
  const { ApplicationStore } = await import('../dist/store/application.store.js');
  const { KeyStore } = await import('../dist/store/key.store.js');
  const { PepperStore } = await import('../dist/store/pepper.store.js');
  const pepper = await new PepperStore(redis, makeKeyring([secret])).get();
  const keys = new KeyStore(redis);
  const { id: application } = await new ApplicationStore(redis).create('bench');
  return async () => {
    const token = `pl_live_${randomBytes(32).toString('base64url')}`;
    const hash = hmac(pepper, token).toString('base64url');
    await keys.create({ application, name: '', mode: 'live', scopes: ['verifications'], hash });
    return token;
  };
}

async function makeUntil(tokens, count, make) {
  while (tokens.length < count) {
    const missing = Math.min(MAKE_AT_ONCE, count - tokens.length);
    tokens.push(...(await Promise.all(Array.from({ length: missing }, make))));
  }
}

/** Waits until Redis has written its file anew: while a child of it does, every write copies memory. */
async function atRest(redis) {
  while (!(await redis.info('persistence')).includes('aof_rewrite_in_progress:0')) await sleep(100);
}

async function rounds(ours, surroundings, tokens) {
  const figures = [];
  for (let i = 0; i < ROUNDS; i++) figures.push(await round(ours, surroundings, tokens));
  return figures;
}

/** Checks of verifications that nobody has: a key is looked up, one script runs. */
async function round({ child, port }, { redis }, tokens) {
  const before = [cpuMicros(child.pid), cpuMicros(redis.pid)];
  await drive(
    port,
    REQUESTS,
    () =>
      post(`/v1/verifications/${randomUUID()}/check`, tokens[Math.floor(Math.random() * tokens.length)], {
        code: '123456',
      }),
    (_, body) => {
      if (!body.includes('"code":"not_found"')) throw new Error(`expected not_found, got ${body}`);
    },
  );
  return {
    service: (cpuMicros(child.pid) - before[0]) / REQUESTS,
    redis: (cpuMicros(redis.pid) - before[1]) / REQUESTS,
  };
}

function table(lines) {
  const cell = (figures, of) => {
    const values = figures.map((figure) => figure[of]);
    return `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
  };
  return [
    '| keys | service CPU µs | Redis CPU µs |',
    '| --- | --- | --- |',
    ...lines.map(([name, figures]) => `| ${name} | ${cell(figures, 'service')} | ${cell(figures, 'redis')} |`),
  ].join('\n');
}
