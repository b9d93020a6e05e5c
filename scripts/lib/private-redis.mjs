// A Redis of our own: unix socket in a private directory, append-only file, stopped by whoever started it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** sun_path holds 108 bytes on Linux and 104 on macOS. */
const LONGEST_SOCKET_PATH = 100;
const ASK_EVERY_MS = 50;
const ANSWERS_WITHIN_MS = 500;
/** One that reads its file answers between two parts of it. Whoever says nothing for so long is given up. */
const SILENT_FOR_MS = 5_000;

/**
 * Starts one on `directory`, or takes over the one that a killed start has left there.
 * @param more of Redis' own options
 * @returns {{ url: string, stop: () => Promise<void> }}
 */
export async function startPrivateRedis(server, directory, more = {}) {
  const socket = socketPath(directory);
  const pidFile = join(directory, 'redis.pid');
  const url = `unix://${socket}`;
  const ownerFile = join(directory, 'owner.pid');
  const failed = () => new Error(`Redis did not start; see ${join(directory, 'redis.log')}`);
  // Even one that is silent has the file open: a second one would spoil it.
  if ((await stateOf(socket)) !== 'away') {
    if ((await waitFor(socket, isReady)) !== 'ready') throw failed();
    // Somebody else's `npm start` may be using it: then it is theirs to stop.
    if (isAlive(readPid(ownerFile))) return { url, stop: async () => {} };
    writeFileSync(ownerFile, String(process.pid));
    return { url, stop: () => stop(socket, readPid(pidFile)) };
  }
  writeFileSync(ownerFile, String(process.pid));

  const options = {
    port: 0,
    unixsocket: socket,
    unixsocketperm: 700,
    dir: directory,
    pidfile: pidFile,
    logfile: join(directory, 'redis.log'),
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    daemonize: 'no',
    ...more,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // A process group of its own: Ctrl-C must reach us first, so that the service can still write while it stops.
  const child = spawn(server, args, { stdio: 'ignore', detached: true });
  let gone = false;
  child.on('exit', () => (gone = true));
  child.on('error', () => (gone = true));
  if ((await waitFor(socket, (state) => isReady(state) || gone)) === 'ready')
    return { url, stop: () => stop(socket, child.pid) };
  if (!gone) await stop(socket, child.pid);
  throw failed();
}

function socketPath(directory) {
  const path = join(directory, 'redis.sock');
  if (path.length <= LONGEST_SOCKET_PATH) return path;
  const short = join(tmpdir(), `passlane-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  return join(short, 'redis.sock');
}

function readPid(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    return false;
  }
}

/** Redis writes its file and ends on SIGTERM. */
async function stop(socket, pid) {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    return;
  }
  await waitFor(socket, (state) => state === 'away');
}

const isReady = (state) => state === 'ready';

/** @returns the state that was wanted, or the one in which nothing was heard for too long */
async function waitFor(socket, isWanted) {
  for (let heardAt = performance.now(); ; await sleep(ASK_EVERY_MS)) {
    const state = await stateOf(socket);
    const now = performance.now();
    if (state === 'loading' || state === 'ready') heardAt = now;
    if (isWanted(state) || now - heardAt > SILENT_FOR_MS) return state;
  }
}

/**
 * PING by hand: this file runs before anything is installed.
 * @returns {Promise<'ready' | 'loading' | 'silent' | 'away'>}
 */
function stateOf(socket) {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const done = (state) => {
      connection.destroy();
      resolve(state);
    };
    connection.setTimeout(ANSWERS_WITHIN_MS, () => done('silent'));
    connection.on('error', () => done('away'));
    connection.on('end', () => done('away'));
    connection.on('connect', () => connection.write('PING\r\n'));
    connection.on('data', (data) => done(data.toString().startsWith('+PONG') ? 'ready' : 'loading'));
  });
}
