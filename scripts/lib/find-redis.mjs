// Where a Redis server comes from: the PATH, else the machine's package manager where we may, else a clear sentence.
import { spawnSync } from 'node:child_process';
import { fail, say } from './setup.mjs';
import { onPath, rightToInstall } from './system.mjs';

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
