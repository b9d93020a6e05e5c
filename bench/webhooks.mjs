// `node bench/webhooks.mjs`: 1 000 events a second, each for one of 50 webhooks; one more receiver sleeps 10 s over each of
// its own. Prints the delay from event to receiver, the backlog, and what it costs. `--apps` spreads them over 50 applications.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { findRedis } from '../scripts/lib/find-redis.mjs';
import { startPrivateRedis } from '../scripts/lib/private-redis.mjs';
import { ensureBuilt, root } from '../scripts/lib/setup.mjs';
import { cpuMicros, quantile } from './measure.mjs';

const RATE = 1_000;
const SECONDS = 20;
const WEBHOOKS = 50;
const SLEEPER_MS = 10_000;
const PORT = 4_099;

ensureBuilt();
const directory = mkdtempSync(join(tmpdir(), 'passlane-bench-'));
const redis = await startPrivateRedis(findRedis(), directory);
const client = new Redis(redis.url.slice('unix://'.length));
const delays = [];
const receiver = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    if (request.url === '/sleeper') {
      setTimeout(() => response.end(), SLEEPER_MS).unref();
      return;
    }
    delays.push(Date.now() - JSON.parse(text).at);
    response.end();
  });
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');

const names = Array.from({ length: process.argv.includes('--apps') ? WEBHOOKS : 1 }, (_, i) => `shop-${i}`);
const config = join(directory, 'passlane.yaml');
const key = (name) => ({ id: name, token: `key-of-${name}`, mode: 'live', scopes: ['webhooks'] });
const applications = Object.fromEntries(names.map((name) => [name, { keys: [key(name)] }]));
writeFileSync(config, stringify({ applications, webhooks: { allow: ['127.0.0.1'], allow_http: true } }));
const env = { PATH: process.env.PATH, PORT: String(PORT), REDIS_URL: redis.url, PASSLANE_CONFIG: config };
const secret = randomBytes(32).toString('base64');
const service = spawn(process.execPath, ['dist/main.js'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 2],
  env: { ...env, PASSLANE_SECRET: secret, PASSLANE_DRAIN_SECONDS: '0' },
});

try {
  await ready();
  const targets = [];
  for (let i = 0; i < WEBHOOKS; i++) targets.push(await make(names[i % names.length], `/${i}`));
  const sleeper = await make(names[0], '/sleeper');
  await sleep(2_000);
  const pid = Number(readFileSync(join(directory, 'redis.pid'), 'utf8'));
  const before = { service: cpuMicros(service.pid), redis: cpuMicros(pid) };
  const { backlog, sent } = await publishAll(targets, sleeper);
  for (let i = 0; i < 100 && delays.length < sent; i++) await sleep(100);
  const spent = (name, id) => `${name} ${((cpuMicros(id) - before[name]) / sent).toFixed(0)} us`;
  console.log(`${sent} events, ${delays.length} arrived; most on their way: ${backlog}`);
  console.log(`delay p50 ${quantile(delays, 0.5)} ms, p99 ${quantile(delays, 0.99)} ms, max ${quantile(delays, 1)} ms`);
  console.log(`CPU for each event: ${spent('service', service.pid)}, ${spent('redis', pid)}`);
  const left = (await client.keys('pl:{ev:*')).filter((name) => /:w[rid]:/.test(name) && !name.includes(sleeper.id));
  console.log(`keys that hold undelivered events of the 50: ${left.length}`);
} finally {
  service.kill();
  await once(service, 'exit');
  client.disconnect();
  await redis.stop();
  rmSync(directory, { recursive: true, force: true });
  process.exit();
}

async function ready() {
  while (!(await fetch(`http://127.0.0.1:${PORT}/health/ready`).catch(() => ({}))).ok) await sleep(100);
}

async function make(application, path) {
  const response = await fetch(`http://127.0.0.1:${PORT}/v1/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer key-of-${application}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: `http://127.0.0.1:${receiver.address().port}${path}` }),
  });
  return { application, id: (await response.json()).id };
}

/** In steps of 10 ms, behind the clock and never ahead of it. */
async function publishAll(targets, sleeper) {
  const start = Date.now();
  let [sent, backlog] = [0, 0];
  while (sent < RATE * SECONDS) {
    await sleep(10);
    const wanted = Math.min(RATE * SECONDS, ((Date.now() - start) * RATE) / 1_000);
    const pipeline = client.pipeline();
    for (; sent < wanted; sent++) add(pipeline, targets[sent % targets.length]);
    if (sent % RATE < 20) add(pipeline, sleeper);
    await pipeline.exec();
    backlog = Math.max(backlog, sent - delays.length);
  }
  return { backlog, sent };
}

function add(pipeline, { application, id }) {
  const verification_id = randomUUID();
  const at = Date.now();
  const data = { verification_id, to: '+1415555****', status: 'pending', channel: 'sms', account: 'gateway' };
  const event = { id: `evt_${verification_id}_1`, type: 'verification.sent', sequence: 1, at, application, data };
  pipeline.xadd(`pl:{ev:${application}}:s`, '*', 'e', JSON.stringify(event), 't', event.type, 'w', id);
}
