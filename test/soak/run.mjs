// The soak: people come at a steady rate, whatever becomes of them; then everything must have come to its end, nothing
// may have grown, and after its time nothing may be left.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { freePort } from '../../bench/contestants.mjs';
import { cpuMicros } from '../../bench/measure.mjs';
import { Api } from './api.mjs';
import { census, pass } from './census.mjs';
import { Gateway } from './gateway.mjs';
import { personOf } from './people.mjs';
import { Collector, listen, WebhookReceiver } from './receivers.mjs';
import { Service } from './services.mjs';
import { LONGEST_TTL_S, settingsOf } from './settings.mjs';
import { verificationsLeft, workLeft } from './stuck.mjs';
import { Visits } from './visit.mjs';

const STEP_MS = 10;
const CONNECTIONS = 256;
/** The guard knows nobody at first: a crowd of strangers is what it is there to stop. And V8 has compiled nothing. */
const OPENING = [20, 60, 120];
const OPENING_S = 10;
const SAY_EVERY_MS = 60_000;
/** Until the last event has been delivered, on a busy machine. */
const SETTLED_WITHIN_MS = 60_000;
const HOUR_MS = 3_600_000;

/** After so many hours what is left is looked at: retention; whatever tells of a person or a message; everything. */
const LOOKS_H = [2, 50, 31 * 24];

/** @param redis { url, socket, pid } @param load { perSecond, minutes } @returns all figures, for verdict.mjs */
export async function soak({ root, directory, redis, load, say }) {
  const client = new Redis(redis.socket, { maxRetriesPerRequest: null });
  const port = await freePort();
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  const [receiver, collector] = [new WebhookReceiver(), new Collector()];
  const gateway = new Gateway(pool);
  const urls = await Promise.all([gateway, receiver, collector].map(({ server }) => listen(server)));
  const tokens = { shop: token(), bank: token() };
  const settings = settingsOf(tokens, urls[0]);
  const env = {
    REDIS_URL: redis.url,
    PASSLANE_SECRET: randomBytes(32).toString('base64'),
    PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: urls[2],
  };
  const service = (role, at) => new Service({ root, directory, role, port: at, env, settings });
  const services = [service('api', port), service('worker', await freePort())];
  try {
    for (const one of services) await one.start();
    const api = new Api(pool);
    const jwt = {};
    for (const name of Object.keys(tokens)) {
      const webhook = { path: '/v1/webhooks', token: tokens[name], body: { url: `${urls[1]}/${name}` } };
      await api.ask('webhook', webhook, [201]);
      const authorization = `Basic ${Buffer.from(`${name}-1:${tokens[name]}`).toString('base64')}`;
      jwt[name] = (await api.ask('token', { path: '/v1/token', authorization }, [200])).access_token;
    }
    const before = { ...(await census(client)), memory: await memoryOf(client) };
    const visits = new Visits({ api, gateway, tokens, jwt });
    for (const one of services) one.scrape();

    const people = arrivals(visits);
    for (const perSecond of OPENING) await people.come(perSecond, OPENING_S);
    say(`soak: ${load.perSecond} verifications/s for ${load.minutes} minutes`);
    const cpu = cpuOf(services, redis);
    const talk = setInterval(() => say(`soak: ${progress(visits, services)}`), SAY_EVERY_MS);
    const from = performance.now();
    const startedBefore = visits.started;
    await people.come(load.perSecond, load.minutes * 60);
    const seconds = (performance.now() - from) / 1_000;
    const to = performance.now();
    clearInterval(talk);
    const figures = {
      load,
      from,
      to,
      rate: (visits.started - startedBefore) / seconds,
      cores: cpu(seconds),
      memory: { before: before.memory, after: await memoryOf(client) },
    };

    say('soak: the last ones end');
    await people.gone();
    await gateway.settled();
    figures.left = await settled(client, visits, receiver, Object.keys(settings.accounts));
    figures.exits = await Promise.all(services.map((one) => one.stop()));
    figures.errors = await Promise.all(services.map((one) => one.errors()));
    figures.looks = [{ hours: 0, ...(await census(client)) }];
    for (const hours of LOOKS_H) {
      say(`soak: as after ${hours} h`);
      await pass(client, (hours - figures.looks.at(-1).hours) * HOUR_MS);
      figures.looks.push({ hours, ...(await census(client)) });
    }
    figures.memory.end = await memoryOf(client);
    return { ...figures, before, services, visits, api, gateway, receiver, collector };
  } finally {
    await Promise.all(services.map((one) => one.stop()));
    await pool.destroy();
    for (const { server } of [gateway, receiver, collector]) {
      server.closeAllConnections();
      server.close();
    }
    client.disconnect();
  }
}

const token = () => randomBytes(18).toString('base64url');

/** An open loop: who is due comes, however many are there. */
function arrivals(visits) {
  const here = new Set();
  let n = 0;
  return {
    come: async (perSecond, seconds) => {
      const [from, first] = [performance.now(), n];
      for (let passed = 0; passed < seconds * 1_000; passed = performance.now() - from) {
        for (const due = (passed * perSecond) / 1_000; n - first < due; n++) {
          const visit = visits.visit(personOf(n)).finally(() => here.delete(visit));
          here.add(visit);
        }
        await sleep(STEP_MS);
      }
    },
    gone: () => Promise.all(here),
  };
}

/** Looks again until nothing is left, or has been for too long. */
async function settled(client, visits, receiver, accounts) {
  for (const giveUp = Date.now() + LONGEST_TTL_S * 1_000 + SETTLED_WITHIN_MS; ; await sleep(2_000)) {
    const work = await workLeft(client, accounts);
    const verifications = await verificationsLeft(client, visits.outcomes, receiver);
    const nothing = verifications.wrong.size === 0 && Object.values(work).every((count) => count === 0);
    if (nothing || Date.now() > giveUp) return { work, ...verifications };
  }
}

/** @returns seconds → cores that each has used since */
function cpuOf(services, redis) {
  const read = () => ({
    ...Object.fromEntries(services.map(({ role, cpuMicros: micros }) => [role, micros])),
    Redis: cpuMicros(redis.pid),
    load: cpuMicros(process.pid),
  });
  const before = read();
  return (seconds) =>
    Object.fromEntries(Object.entries(read()).map(([name, micros]) => [name, (micros - before[name]) / seconds / 1e6]));
}

/** MB that Redis uses. */
const memoryOf = async (client) => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]) / 2 ** 20;

function progress({ started, failures }, services) {
  const heaps = services.map(
    ({ role, samples }) => `${role} ${((samples.at(-1)?.heapUsed ?? 0) / 2 ** 20).toFixed(1)} MB`,
  );
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return `${started} started, ${failed} failed, heaps ${heaps.join(', ')}`;
}
