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
  if (await answers(socket)) {
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
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(socket)) return { url, stop: () => stop(socket, child.pid) };
    if (gone) break;
    await sleep(50);
  }
  throw new Error(`Redis did not start; see ${join(directory, 'redis.log')}`);
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
  while (await answers(socket)) await sleep(20);
}

/** PING by hand: this file runs before anything is installed. */
function answers(socket) {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const done = (yes) => {
      connection.destroy();
      resolve(yes);
    };
    connection.setTimeout(500, () => done(false));
    connection.on('error', () => done(false));
    connection.on('connect', () => connection.write('PING\r\n'));
    connection.on('data', (data) => done(data.toString().startsWith('+PONG')));
  });
}
