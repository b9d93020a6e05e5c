import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allShards, dueKey, outboxKey } from '../../src/store/keys.js';
import { freshNumber, wrongFor, type Api } from '../support/api.js';
import { allEvents, type VerificationEvent } from '../support/events.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { randomFrom } from '../support/random.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';
import { webhookConfiguration, webhooks } from '../support/webhooks.js';

/** `PASSLANE_EVENT_VERIFICATIONS=10000 node scripts/test.mjs test/faults/events` is the long form. */
const VERIFICATIONS = Number(process.env.PASSLANE_EVENT_VERIFICATIONS ?? 120);
const SEED = Number(process.env.PASSLANE_SEED ?? Math.floor(Math.random() * 2 ** 32));
const CLIENTS = 8;
const FEWEST_KILLS = 3;
const FATES = ['approved', 'locked', 'canceled', 'expired'] as const;
const FINAL = ['approved', 'locked', 'canceled', 'expired'];
const MINUTE = 60_000;

const random = randomFrom(SEED);
const between = (from: number, to: number) => from + Math.floor(random() * (to - from));

let redis: TestRedis;
let gateway: Gateway;
/** Fails three times in ten, in one way or another. */
let receiver: Gateway;
let services: Service[];

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  receiver = await Gateway.start();
  const failing = [behaviours.answers(500), behaviours.hangsUp, behaviours.answers(301, '', { location: '/' })];
  receiver.behaviour = (received, response) => {
    const behave = random() < 0.3 ? failing[between(0, failing.length)]! : behaviours.answers(204);
    behave(received, response);
  };
  const config = webhookConfiguration(undefined, { gateway: httpAccount(gateway.url, { timeout: 1 }) });
  services = await Promise.all([1, 2].map(() => Service.start({ redisUrl: redis.url, config })));
});

afterAll(async () => {
  for (const service of services) await service.stop();
  await gateway.stop();
  await receiver.stop();
  await redis.stop();
});

/** Asks either process until one answers: what a kill cuts off may have happened, or not. */
async function answered(ask: (api: Api) => Promise<{ status: number }>): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answer = await ask(services[tries % services.length]!.as(LIVE_KEY)).catch(() => undefined);
    if (answer && answer.status < 500) return;
    await sleep(50);
  }
}

/** One verification up to its end, except for those that are left to expire. */
async function drive(fate: (typeof FATES)[number]): Promise<void> {
  const to = freshNumber();
  let id = '';
  await answered(async (api) => {
    const answer = await api.start(to, { max_checks: fate === 'locked' ? 1 : 5 });
    id = answer.body.id;
    return answer;
  });
  if (fate === 'expired') return;
  const code = (await until('the message', () => gateway.to(to)[0], MINUTE)).body.code!;
  if (fate === 'canceled') await answered((api) => api.cancel(id));
  else await answered((api) => api.check(id, fate === 'approved' ? code : wrongFor(code)));
}

async function kill(): Promise<void> {
  const victim = between(0, services.length);
  await services[victim]!.child.end('SIGKILL');
  services[victim] = await services[victim]!.restart();
}

/** Every record, by its id. */
async function records(): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  const read = async (key: string) => found.set(key.split(':v:')[1]!, await redis.client.hgetall(key));
  await Promise.all((await redis.client.keys('pl:*:v:*')).map(read));
  return found;
}

/** The time of what is still pending runs out. */
async function expireTheRest(): Promise<void> {
  for (const [id, { status }] of await records()) {
    if (status !== 'pending') continue;
    const now = Date.now();
    await redis.client.hset(`pl:{${id.slice(-2)}}:v:${id}`, 'expires', now - 1);
    await redis.client.zadd(dueKey(id.slice(-2)), now - 1, id);
  }
}

/** What waits for its next attempt waits no longer, as if the time had passed while everything was down. */
async function nextAttemptsAreDue(): Promise<void> {
  for (const service of services) await service.child.end('SIGKILL');
  for (const key of await redis.client.keys('pl:{ev:shop}:wr:*')) {
    for (const entry of await redis.client.zrange(key, '0', '-1')) await redis.client.zadd(key, Date.now(), entry);
  }
  services = await Promise.all(services.map((service) => service.restart()));
}

/** The events that the receiver took or refused, each with every text that it came with. */
function heard(): Map<string, Set<string>> {
  const texts = new Map<string, Set<string>>();
  for (const { headers, text } of receiver.received) {
    const id = String(headers['webhook-id']);
    texts.set(id, (texts.get(id) ?? new Set()).add(text));
  }
  return texts;
}

const attemptsOf = (fields: Record<string, string>) =>
  Array.from({ length: Number(fields.n) }, (_, i) => fields[`${i + 1}:status`]);

/** What happened, from the record alone. */
const expected = (fields: Record<string, string>): string[] => [
  'created',
  ...attemptsOf(fields).flatMap((status) => (status === 'sent' ? ['sent'] : [])),
  ...Array.from({ length: Number(fields.made) - (fields.status === 'approved' ? 1 : 0) }, () => 'incorrect'),
  fields.status!,
];

it(
  `every change has its event in the stream once, over SIGKILLs of any process: seed ${SEED}`,
  async () => {
    await webhooks(services[0]!).make(receiver.url);
    let begun = 0;
    let ended = 0;
    let kills = 0;
    const client = async () => {
      while (begun < VERIFICATIONS || kills < FEWEST_KILLS) {
        await drive(FATES[begun++ % FATES.length]!);
        ended++;
        // As long as there are kills to come there is something to kill.
        if (begun >= VERIFICATIONS) await sleep(50);
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    while (ended < VERIFICATIONS || kills < FEWEST_KILLS) {
      await sleep(between(20, 400));
      await kill();
      kills++;
    }
    await clients;

    await expireTheRest();
    // An attempt of an ended verification stays claimed if its worker was killed; a living one records within the lease.
    const atRest = async () =>
      [...(await records()).values()].every(
        ({ status, claim_until = 0 }) => status !== 'pending' && Number(claim_until) < Date.now(),
      );
    await until('everything to end', atRest, MINUTE);
    const left = () => Promise.all(allShards.map((shard) => redis.client.xlen(outboxKey(shard))));
    await until('everything to be published', async () => (await left()).every((count) => count === 0), MINUTE);

    const events = await allEvents(services[0]!.as(LIVE_KEY));
    const byId = new Map<string, VerificationEvent[]>();
    for (const event of events) {
      byId.set(event.data.verification_id, [...(byId.get(event.data.verification_id) ?? []), event]);
    }
    const all = await records();
    expect(all.size).toBeGreaterThanOrEqual(VERIFICATIONS);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect([...byId.keys()].filter((id) => !all.has(id))).toEqual([]);
    for (const [id, fields] of all) {
      const told = byId.get(id) ?? [];
      const kinds = told.map(({ type }) => type.replace('verification.', ''));
      // A machine that is too busy to connect in time makes an account fail, which the record does not count.
      const certain = kinds.filter((kind) => !['failed_over', 'undelivered'].includes(kind));
      expect(certain.sort()).toEqual(expected(fields).sort());
      expect(kinds.filter((kind) => FINAL.includes(kind))).toEqual([fields.status]);
      expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, i) => i + 1));
    }
    receiver.behaviour = behaviours.answers(204);
    await nextAttemptsAreDue();
    const complete = async () => {
      const ids = heard();
      return events.every(({ id }) => ids.has(id)) && (await redis.client.keys('pl:{ev:shop}:wr:*')).length === 0;
    };
    await until('the webhook to have all', complete, MINUTE);
    // What happened, and nothing else; the same text on every repeat.
    const bodies = new Map(events.map((event) => [event.id, JSON.stringify(event)]));
    for (const [id, texts] of heard()) expect([...texts]).toEqual([bodies.get(id)]);
    process.stderr.write(`${kills} kills, seed ${SEED}: ${all.size} verifications, ${events.length} events\n`);
  },
  5 * MINUTE + VERIFICATIONS * 200,
);
