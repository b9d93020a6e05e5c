// Where a Redis server comes from: the PATH, else the machine's package manager where we may, else a clear sentence.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, say } from './setup.mjs';

const SERVERS = ['redis-server', 'valkey-server'];

const MANAGERS = [
  {
    command: 'apt-get',
    install: [
      ['update', '-q'],
      ['install', '-y', '-q', '--no-install-recommends', 'redis-server'],
    ],
  },
  { command: 'dnf', install: [['install', '-y', 'redis']] },
  { command: 'yum', install: [['install', '-y', 'redis']] },
  { command: 'apk', install: [['add', 'redis']] },
  { command: 'pacman', install: [['-Sy', '--noconfirm', 'redis']] },
  { command: 'zypper', install: [['--non-interactive', 'install', 'redis']] },
  { command: 'brew', install: [['install', 'redis']], asUser: true },
];

/** @returns the path of a server program, or undefined */
const redisOnPath = () => SERVERS.map(onPath).find((path) => path !== undefined);

/** @returns the path of a server program; installs one if there is none, and ends the process if that cannot be done */
export function findRedis() {
  return redisOnPath() ?? installRedis();
}

function installRedis() {
  const manager = MANAGERS.find(({ command }) => onPath(command) !== undefined);
  const prefix = manager && rightToInstall(manager);
  if (!manager || !prefix) return fail(howTo(manager));
  say(`No Redis server found. Installing one with ${[...prefix, manager.command].join(' ')} ...`);
  for (const args of manager.install) {
    const [command, ...rest] = [...prefix, manager.command, ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status } = spawnSync(command, rest, { stdio: ['ignore', 'ignore', 2], env });
    if (status !== 0) fail(howTo(manager));
  }
  return redisOnPath() ?? fail(howTo(manager));
}

/** What to put in front of the command: nothing, `sudo -n`, or undefined when we may not. */
function rightToInstall({ asUser }) {
  if (asUser || process.getuid?.() === 0) return [];
  const sudo = onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudo ? ['sudo', '-n'] : undefined;
}

function howTo(manager) {
  const command = manager
    ? manager.install
        .map((args) => [manager.asUser ? '' : 'sudo', manager.command, ...args].join(' ').trim())
        .join(' && ')
    : 'see https://redis.io/docs/latest/operate/oss_and_stack/install/';
  return `Passlane needs a Redis (or Valkey) server, and none was found.
Install one:   ${command}
or point REDIS_URL at a running one:   REDIS_URL=redis://127.0.0.1:6379 npm start`;
}

function onPath(name) {
  // Debian keeps servers in sbin, which is not on every user's PATH.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
