// The two services under test, each in a process of its own, and how each is asked.
import { randomBytes } from 'node:crypto';
import { openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { get, post } from './load.mjs';

/** Verifications of a round: so many that each measurement takes some seconds, as CPU is counted in steps of 10 ms. */
const STARTS = { floor: 15_000, ours: 5_000 };
const READY_WITHIN_MS = 20_000;

/** @param run starts a Node program that ends with this process */
export async function startFloor({ run, redis, sink }) {
  const { child, ready } = run(['bench/floor.mjs', redis.socket, `${sink.url}/send`]);
  const { port } = await ready;
  return {
    name: 'floor',
    starts: STARTS.floor,
    child,
    port,
    start: (to) => post('/start', undefined, { to }),
    check: (id, code) => post(`/check/${id}`, undefined, { code }),
  };
}

/** As it runs in production: all roles in one process, access log on (into a file), a real account, a live key. */
export async function startOurs({
  run,
  redis,
  sink,
  directory,
  preload = [],
  secret = makeSecret(),
  applications = {},
  shedding = 'off',
}) {
  const key = randomBytes(18).toString('base64url');
  const config = join(directory, 'passlane.yaml');
  writeFileSync(config, stringify({ ...configuration(sink.url, key, applications), shedding }));
  const port = await freePort();
  const log = openSync(join(directory, 'passlane.log'), 'a');
  const { child } = run([...preload, 'dist/main.js'], {
    stdio: ['ignore', log, log, 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      REDIS_URL: redis.url,
      PASSLANE_CONFIG: config,
      PASSLANE_SECRET: secret,
      PASSLANE_DRAIN_SECONDS: '0',
    },
  });
  await untilReady(port, child);
  const contestant = (name, channels) => ({
    name,
    starts: STARTS.ours,
    child,
    port,
    start: (to) => post('/v1/verifications', key, { to, channels, max_checks: 10 }),
    read: (id) => get(`/v1/verifications/${id}`, key),
    check: (id, code) => post(`/v1/verifications/${id}/check`, key, { code }),
  });
  return [contestant('ours', [{ channel: 'sms' }]), contestant('failover', THREE_STEPS)];
}

const makeSecret = () => randomBytes(32).toString('base64');

/** A plan whose second and third step are scheduled, but never due: what failover costs when it is not needed. */
const THREE_STEPS = [{ channel: 'sms', wait: 900 }, { channel: 'sms', wait: 900 }, { channel: 'sms' }];

const configuration = (gateway, token, applications) => ({
  accounts: {
    gateway: {
      use: 'http',
      channels: ['sms'],
      settings: {
        url: `${gateway}/send`,
        body: { to: '{{to}}', text: '{{text}}', code: '{{code}}', ref: '{{attempt_id}}' },
        idPath: 'id',
      },
    },
  },
  routes: { sms: { default: ['gateway'] } },
  applications: {
    ...applications,
    bench: { keys: [{ id: 'bench-1', token, mode: 'live', scopes: ['verifications'] }], limits: 'off' },
  },
});

async function untilReady(port, child) {
  for (const giveUp = Date.now() + READY_WITHIN_MS; Date.now() < giveUp; await sleep(50)) {
    if (child.exitCode !== null) break;
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
  }
  throw new Error('the service does not get ready');
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
