// The whole comparison: floor and ours side by side on one Redis, round by round in changing order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startFloor, startOurs } from './contestants.mjs';
import { benchKeys } from './keys.mjs';
import { benchLimits } from './limits.mjs';
import { benchOutage } from './outage.mjs';
import { benchOverload } from './overload.mjs';
import { profile } from './profile.mjs';
import { report } from './report.mjs';
import { runRound } from './round.mjs';

const ROUNDS = 5;
/** Not counted: until then much of the CPU goes to V8's compiler. */
const WARM_UPS = 2;
const STOP_WITHIN_MS = 5_000;

/**
 * @param redis { url, socket, pid } of a Redis that nobody else uses
 * @param directory for what the services write
 * @param profiles where to write CPU profiles of ours instead of comparing
 * @param overload what becomes of five times too much, instead of comparing
 * @param outage what callers get while Redis is away, instead of comparing
 * @param keys what it costs to know a caller, instead of comparing
 * @param limits what the guard costs, instead of comparing
 * @returns {Promise<string>} the tables
 */
export async function bench({ root, redis, directory, say, profiles, keys, limits, overload, outage }) {
  const children = [];
  const run = (args, options = {}) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2, 'ipc'], ...options });
    children.push(child);
    return { child, ready: once(child, 'message').then(([message]) => message) };
  };
  try {
    const { child, ready } = run(['bench/sink.mjs']);
    const { port } = await ready;
    const surroundings = { run, redis, directory, sink: { url: `http://127.0.0.1:${port}`, pid: child.pid } };
    if (outage) return await benchOutage(surroundings, say);
    if (overload) return await benchOverload(surroundings, say);
    if (keys) return await benchKeys(surroundings, say);
    if (limits) return await benchLimits(surroundings, say);
    return await (profiles ? profile(surroundings, profiles) : compare(surroundings, say));
  } finally {
    await Promise.all(children.map(stop));
  }
}

async function compare(surroundings, say) {
  const contestants = [await startFloor(surroundings), ...(await startOurs(surroundings))];
  const rounds = [];
  for (let round = 1 - WARM_UPS; round <= ROUNDS; round++) {
    const figures = {};
    for (const contestant of contestants) figures[contestant.name] = await runRound(contestant, surroundings);
    contestants.reverse();
    if (round > 0) rounds.push(figures);
    say(`bench: ${round <= 0 ? 'warming up' : `round ${round} of ${ROUNDS}`}`);
  }
  return report(rounds);
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.disconnect();
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await once(child, 'exit');
  clearTimeout(patience);
}
