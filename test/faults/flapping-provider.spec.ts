import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Verification } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { inParallel } from '../support/percentile.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { tally } from '../support/started.js';
import { until } from '../support/wait.js';

/** Well, and then ill in one of three ways, so a multiple of six; `PASSLANE_FLAPS=600` is a long form. */
const FLAPS = Number(process.env.PASSLANE_FLAPS ?? 24);
/** At a time: fewer than the failures in a row after which an account rests. */
const MESSAGES = 8;
/** The promise: in use again so long after it is well. */
const CLOSES_WITHIN_MS = 10_000;

let redis: TestRedis;
let sibling: Gateway;
let service: Service;
/** Undefined while it refuses connections. */
let flapping: Gateway | undefined;
let port: number;
/** What each life of it has got. */
const lives: Gateway[] = [];
/** Attempts that it has accepted. */
const accepted = new Set<string>();

const accepts: Gateway['behaviour'] = (received, response) => {
  accepted.add(received.body.ref!);
  behaviours.accepts(received, response);
};

async function up(behaviour: Gateway['behaviour']): Promise<Gateway> {
  if (!flapping) {
    flapping = await Gateway.start(port);
    lives.push(flapping);
  }
  flapping.behaviour = behaviour;
  return flapping;
}

async function down(): Promise<void> {
  await flapping?.stop();
  flapping = undefined;
}

beforeAll(async () => {
  redis = await TestRedis.start();
  sibling = await Gateway.start();
  port = await freePort();
  const flaps = httpAccount(`http://127.0.0.1:${port}`, { timeout: 2 });
  const config = configuration({ flapping: flaps, sibling: httpAccount(sibling.url) });
  service = await Service.start({ redisUrl: redis.url, config });
});

afterAll(async () => {
  await service.child.end('SIGKILL');
  await down();
  await sibling.stop();
  await redis.stop();
});

const started: { id: string; to: string }[] = [];

async function start(): Promise<string> {
  const to = freshNumber();
  const { status, body } = await service.as(LIVE_KEY).start(to);
  expect(status).toBe(201);
  started.push({ id: body.id, to });
  return body.id;
}

/** The verification, once nothing of it is under way. */
const settled = (id: string): Promise<Verification> =>
  until('a message to be recorded', async () => {
    const { body } = await service.as(LIVE_KEY).read(id);
    return body.next_at === null && body.attempts.at(-1)?.status === 'sent' && body;
  });

/** Starts one after the other until one of them ends as wanted. */
const startUntil = (what: string, is: (view: Verification) => boolean, withinMs?: number) =>
  until(what, async () => is(await settled(await start())), withinMs);

const rests = ({ attempts }: Verification) => attempts[0]?.error?.code === 'resting';
const works = ({ attempts }: Verification) => attempts[0]?.account === 'flapping' && attempts[0].status === 'sent';

describe('a provider that flaps', () => {
  it(
    'loses nothing: each message goes through it or through its sibling, each attempt once',
    async () => {
      const ills = [() => up(behaviours.answers(500)), down, () => up(behaviours.hangsUp)];
      for (let flaps = 0; flaps < FLAPS; flaps++) {
        await (flaps % 2 === 0 ? up(accepts) : ills[((flaps - 1) / 2) % ills.length]!());
        await inParallel(MESSAGES, MESSAGES, async () => {
          await settled(await start());
        });
      }
      const ends = await expectAllSent();
      // Well half of the time; each illness had its turn, and none of them made it rest.
      expect(ends.sent).toBe((FLAPS / 2) * MESSAGES);
      expect(ends['failed http_500']).toBe((FLAPS / 6) * MESSAGES);
      expect(ends['failed resting']).toBeUndefined();
    },
    60_000 + FLAPS * 1_000,
  );

  it('rests while it is down, is tried by one message, and works again within 10 s of being well', async () => {
    await down();
    await startUntil('the account to rest', rests);
    // It is up again and still ill: the message that tries it finds that out.
    const { received } = await up(behaviours.answers(500));
    await startUntil('a message to try it', () => received.length > 0, 2 * CLOSES_WITHIN_MS);
    await startUntil('the account to rest again', rests);
    expect(received).toHaveLength(1);

    await up(accepts);
    await startUntil('the account to work', works, CLOSES_WITHIN_MS);
    for (let i = 0; i < MESSAGES; i++) expect(works(await settled(await start()))).toBe(true);
    await expectAllSent();
  });
});

/** How the attempts over the flapping account have ended. */
async function expectAllSent(): Promise<Record<string, number>> {
  const views: Verification[] = [];
  await inParallel(started.length, 16, async (i) => {
    views.push(await settled(started[i]!.id));
  });
  const at = new Set(sibling.received.map(({ body }) => body.ref));
  const nowhere = views.filter(({ attempts }) => !attempts.some(({ id }) => at.has(id) || accepted.has(id)));
  expect(nowhere).toEqual([]);
  // Its own word on each attempt is what the record says.
  const claimed = views.flatMap(({ attempts }) => attempts).filter(({ account }) => account === 'flapping');
  expect(claimed.filter(({ id, status }) => (status === 'sent') !== accepted.has(id))).toEqual([]);

  const received = [sibling, ...lives].flatMap((gateway) => gateway.received);
  const sends = Object.entries(tally(received.map(({ body }) => body.ref!)));
  expect(sends.filter(([, count]) => count > 1)).toEqual([]);
  return tally(claimed.map(endOf));
}

const endOf = ({ status, error }: Verification['attempts'][number]): string =>
  error ? `${status} ${error.code}` : status;
