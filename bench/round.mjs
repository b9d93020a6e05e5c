// One round of one contestant: verifications are started and delivered, then checked, all of them counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { drive } from './load.mjs';
import { cpuMicros, quantile } from './measure.mjs';

/** Of each verification, before the right one. */
const WRONG_CHECKS = 4;
/** After the last message has arrived, its attempt is recorded and its job ends. */
const SETTLE_MS = 200;
const DELIVERED_WITHIN_MS = 30_000;

let numbers = 0;
const EXCHANGES = 700;
const AREAS =
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323'.split(
    ' ',
  );

/** Numbers of the USA, none of them twice, and no two in a row of one prefix: as many people have. */
function freshNumber() {
  const n = numbers++;
  const prefix = n % (AREAS.length * EXCHANGES);
  const line = Math.floor(n / (AREAS.length * EXCHANGES));
  return `+1${AREAS[prefix % AREAS.length]}${200 + Math.floor(prefix / AREAS.length)}${1_000 + line}`;
}

/**
 * @param watch (operation, work) → what `work` returns; for whoever wants to look at the service meanwhile
 * @returns {Promise<{ start: Figures, check: Figures }>} where `Figures` is what `costOf` gives
 */
export async function runRound(contestant, { redis, sink }, watch = (_, work) => work()) {
  const { name, starts } = contestant;
  const recipients = Array.from({ length: starts }, freshNumber);
  const ids = [];
  const start = await costOf(contestant, redis, starts, () =>
    watch('start', () => startAll(contestant, sink, recipients, ids)),
  );
  const codes = await ask(sink, '/codes');
  const messages = Object.keys(codes).length;
  if (messages !== starts) throw new Error(`${name}: ${messages} recipients of ${starts} got a message`);
  const verifications = recipients.map((to, i) => ({ id: ids[i], code: codes[to] }));
  const check = await costOf(contestant, redis, starts * (WRONG_CHECKS + 1), () =>
    watch('check', () => checkAll(contestant, verifications)),
  );
  return { start, check };
}

async function startAll({ port, start }, sink, recipients, ids) {
  const run = await drive(
    port,
    recipients.length,
    (i) => start(recipients[i]),
    (i, body) => (ids[i] = idOf(body)),
  );
  const endedAt = await delivered(sink, recipients.length);
  await sleep(SETTLE_MS);
  return { ...run, endedAt };
}

/** Each verification's first four checks bring a wrong code, the fifth the right one: every one is compared. */
function checkAll({ port, check }, verifications) {
  const { length } = verifications;
  const isRight = (i) => i >= length * WRONG_CHECKS;
  return drive(
    port,
    length * (WRONG_CHECKS + 1),
    (i) => {
      const { id, code } = verifications[i % length];
      return check(id, isRight(i) ? code : wrongFor(code));
    },
    (i, body) => expectResult(body, isRight(i) ? 'approved' : 'incorrect'),
  );
}

const wrongFor = (code) => (code === '000000' ? '111111' : '000000');

function idOf(body) {
  const { id } = JSON.parse(body);
  if (id === undefined) throw new Error(`a start failed: ${body}`);
  return id;
}

function expectResult(body, result) {
  if (!body.includes(`"result":"${result}"`)) throw new Error(`expected ${result}, got ${body}`);
}

/** What `work` costs per operation. Latency is what callers see; the rate is over everything that they set going. */
async function costOf({ child }, redis, count, work) {
  const before = { service: cpuMicros(child.pid), redis: cpuMicros(redis.pid) };
  const { startedAt, endedAt, latencies } = await work();
  return {
    rate: (count * 1_000) / (endedAt - startedAt),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    service: (cpuMicros(child.pid) - before.service) / count,
    redis: (cpuMicros(redis.pid) - before.redis) / count,
  };
}

/** Waits until every start has brought exactly one message. @returns when the last one came */
async function delivered(sink, starts) {
  for (const giveUp = Date.now() + DELIVERED_WITHIN_MS; Date.now() < giveUp; await sleep(50)) {
    const { messages, lastAt } = await ask(sink, '/count');
    if (messages > starts) throw new Error(`${messages} messages for ${starts} starts`);
    if (messages === starts) return lastAt;
  }
  throw new Error('some messages never came');
}

const ask = async (sink, question) => (await fetch(sink.url + question)).json();
