// `npm start`: everything from a fresh clone to a running service.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedis } from './lib/find-redis.mjs';
import { localSecrets } from './lib/local-secrets.mjs';
import { startPrivateRedis } from './lib/private-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, fail, privateDirectory, root } from './lib/setup.mjs';

/** A service that is not ready by then says why in its log. */
const READY_WITHIN_MS = 30_000;

checkNode();
ensureInstalled();
ensureBuilt();

const data = privateDirectory('.data');
const redis = process.env.REDIS_URL
  ? { url: process.env.REDIS_URL, stop: async () => {} }
  : await startPrivateRedis(findRedis(), privateDirectory('.data', 'redis')).catch((error) => fail(error.message));

const quickstart = !process.env.PASSLANE_CONFIG;
const secrets = localSecrets(data);
const env = {
  ...secrets,
  PASSLANE_CONFIG: 'config/quickstart.yaml',
  // Nobody who presses Ctrl-C wants to wait for load balancers.
  PASSLANE_DRAIN_SECONDS: '0',
  ...process.env,
  REDIS_URL: redis.url,
};
const port = env.PORT || '3000';

// The IPC channel tells the service when this process is gone, however it went.
const service = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
  cwd: root,
  env,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});

let ended = false;
service.on('exit', async (code, signal) => {
  ended = true;
  await redis.stop();
  process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
});
// Ctrl-C reaches the service too, which takes both for one; a signal to this process alone must be passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => service.kill('SIGTERM'));
// npm ends on a signal and passes it to nobody; whoever ends npm means what it has started.
if (process.env.npm_lifecycle_event === 'start') {
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    service.kill('SIGTERM');
  }, 500).unref();
}

await announceWhenReady();

async function announceWhenReady() {
  const base = `http://127.0.0.1:${port}`;
  for (const giveUp = Date.now() + READY_WITHIN_MS; Date.now() < giveUp && !ended; await sleep(100)) {
    const ready = await fetch(`${base}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) {
      process.stdout.write(quickstart ? welcome(base, env.PASSLANE_DEMO_KEY) : `\nPasslane is ready at ${base}\n\n`);
      return;
    }
  }
}

function welcome(base, key) {
  const auth = `-H 'Authorization: Bearer ${key}'`;
  const json = `${auth} -H 'Content-Type: application/json'`;
  const newest = String.raw`sed 's/"at":.*//; s/.*"code":"\([^"]*\)".*"verification_id":"\([^"]*\)".*/\2 \1/'`;
  return `
Passlane is ready at ${base}   (API: ${base}/docs)
Demo key: ${key}   (test mode: messages go to the sandbox)

1. Send a code to a phone:

curl -s ${base}/v1/verifications ${json} -d '{"to":"+447700900123","channels":[{"channel":"sms"}]}'; echo; sleep 1

2. Look at the phone, and check what it shows:

curl -s '${base}/v1/sandbox/messages?to=%2B447700900123' ${auth} | ${newest} | { read ID CODE; curl -s ${base}/v1/verifications/$ID/check ${json} -d "{\\"code\\":\\"$CODE\\"}"; }; echo

Ctrl-C stops everything. Your first real account: see README.md.

`;
}
