import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, next, pass, report, reportingAccount } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const accounts = {
    gateway: reportingAccount(gateway),
    // For calls only: the second account of the route.
    spare: httpAccount(gateway.url, { channels: ['voice'] }),
  };
  const only = { default: ['gateway'] };
  service = await Service.start({
    redisUrl: redis.url,
    config: failoverConfiguration(
      accounts,
      { routes: { sms: only, whatsapp: only, voice: { default: ['gateway', 'spare'] } } },
      { sends_per_number: '4/10m' },
    ),
  });
});

afterEach(() => {
  gateway.behaviour = behaviours.accepts;
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

const CALL_FIRST = [
  { channel: 'voice', wait: 60 },
  { channel: 'sms', wait: 20 },
];
const MESSAGES = [
  { channel: 'sms', wait: 20 },
  { channel: 'whatsapp', wait: 30 },
];

async function started(channels: object[]) {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const { status, body } = await api.post('/v1/verifications', { to, channels });
  expect(status).toBe(201);
  const { id } = body;
  return {
    api,
    to,
    id,
    view: async (): Promise<Verification> => (await api.read(id)).body,
    message: (n: number) => messageOf(gateway, api, id, to, n),
    next: () => next(api, id),
    sees: async (messages: number) => {
      await sleep(200);
      expect(gateway.to(to)).toHaveLength(messages);
    },
  };
}

/** When the next step is due, in seconds after an attempt was sent. */
function secondsAfter({ next_at, attempts }: Verification, attempt: number): number {
  return (Date.parse(next_at!) - Date.parse(attempts[attempt - 1]!.sent_at!)) / 1_000;
}

/** Redis and the service round to milliseconds each, and what is decided is applied a moment later. */
function expectAMinute(view: Verification): void {
  const seconds = secondsAfter(view, 1);
  expect(seconds).toBeGreaterThan(59.9);
  expect(seconds).toBeLessThan(65);
}

describe('within a minute of a call nothing starts', () => {
  it('when the wait is over, or the call is said to have failed', async () => {
    const { id, view, message, sees } = await started([{ channel: 'voice', wait: 120 }, { channel: 'sms' }]);
    const call = await message(1);
    expect(secondsAfter(await view(), 1)).toBe(120);
    await report(call, 'UNDELIV');
    expectAMinute(await view());
    await pass(redis, id, 45_000);
    await sees(1);
    await pass(redis, id, 15_000);
    expect((await message(2)).body.channel).toBe('sms');
  });

  it('when the step after next fails at once', async () => {
    const { id, to, api, view, message, sees } = await started([
      ...MESSAGES.slice(0, 1),
      { channel: 'voice', wait: 60 },
      ...MESSAGES,
    ]);
    await message(1);
    expect((await next(api, id)).status).toBe(200);
    const call = await message(2);
    gateway.behaviour = behaviours.answers(422);
    await report(call, 'UNDELIV');
    await pass(redis, id, 61_000);
    await until('both refusals', () => gateway.to(to).length === 4);
    await until('the record', async () => (await view()).next_at === null);
    expect((await view()).delivery).toBe('sent');
    await sees(4);
  });

  it('when the vendor gives no answer to the call: then it may be ringing', async () => {
    gateway.behaviour = behaviours.hangsUp;
    const { id, view, message, sees } = await started(CALL_FIRST);
    const call = await message(1);
    gateway.behaviour = behaviours.accepts;
    expect(await view()).toMatchObject({ next_channel: 'voice', attempts: [{ status: 'maybe_sent' }] });
    expect(secondsAfter(await view(), 1)).toBe(60);
    await report(call, 'UNDELIV');
    await sees(1);
    await pass(redis, id, 60_000);
    await message(2);
    // Not again by the account that has failed.
    expect((await view()).attempts.map(({ account }) => account)).toEqual(['gateway', 'spare']);
  });

  it('when the call was refused for sure there is no call: the next starts at once', async () => {
    gateway.behaviour = (received, response) => {
      (received.body.channel === 'voice' ? behaviours.answers(500) : behaviours.accepts)(received, response);
    };
    const { message } = await started(CALL_FIRST);
    expect((await message(3)).body.channel).toBe('sms');
  });

  it('when a caller asks: 409 that says how long', async () => {
    const { id, message, next, sees } = await started(CALL_FIRST);
    await message(1);
    const refused = await next();
    expect(refused).toMatchObject({ status: 409, body: { code: 'next_not_allowed' } });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    await pass(redis, id, 30_000);
    expect(Number((await next()).headers.get('retry-after'))).toBeLessThanOrEqual(30);
    await sees(1);
  });

  it('when a new start comes: it is taken, and waits', async () => {
    const { api, to, id, view, message, sees } = await started(CALL_FIRST);
    await message(1);
    const again = await api.start(to);
    expect(again).toMatchObject({ status: 200, body: { id, next_channel: 'sms' } });
    expectAMinute(await view());
    await pass(redis, id, 45_000);
    await sees(1);
    await pass(redis, id, 15_000);
    expect((await message(2)).body.channel).toBe('sms');
  });

  it.each(['a new start', 'the caller asking'])('when %s comes while the vendor has not answered yet', async (what) => {
    let answer = (): void => undefined;
    gateway.behaviour = (received, response) => {
      answer = () => {
        behaviours.accepts(received, response);
      };
    };
    const { api, to, next, view, message, sees } = await started(CALL_FIRST);
    await until('the call', () => gateway.to(to)[0]);
    if (what === 'a new start') expect((await api.start(to)).status).toBe(200);
    else expect((await next()).status).toBe(409);
    gateway.behaviour = behaviours.accepts;
    answer();
    await message(1);
    expect(secondsAfter(await view(), 1)).toBeGreaterThanOrEqual(60);
    await sees(1);
  });
});

describe('POST next', () => {
  it('starts the next step now, and resends on the last after it, within the budget of sends', async () => {
    const { api, id, view, message, next, sees } = await started(MESSAGES);
    await message(1);
    expect((await api.post(`/v1/verifications/${id}/next`, { channel: 'voice' })).status).toBe(422);
    const asked = await next();
    expect(asked).toMatchObject({ status: 200, body: { id, sends: { made: 2, left: 2 } } });
    expect((await message(2)).body.channel).toBe('whatsapp');
    // What was due anyway is not sent twice.
    await pass(redis, id, 20_000);
    await sees(2);
    for (const n of [3, 4]) {
      expect((await next()).status).toBe(200);
      expect((await message(n)).body.channel).toBe('whatsapp');
    }
    const refused = await next();
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', limit: 'sends_per_number' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(590);
    expect(await view()).toMatchObject({ status: 'pending', sends: { made: 4, left: 0 } });
    expect(new Set((await view()).attempts.map(({ step }) => step))).toEqual(new Set([0, 1]));
    await sees(4);
  });

  it('sends although delivery was confirmed: the person says that nothing came', async () => {
    const { id, view, message, next, sees } = await started(MESSAGES);
    await report(await message(1), 'DELIVRD');
    expect((await next()).status).toBe(200);
    await message(2);
    expect(await view()).toMatchObject({ delivery: 'delivered', next_at: null });
    await pass(redis, id, 60_000);
    await sees(2);
  });

  it('tries the next account although delivery was confirmed, and the first one again when asked again', async () => {
    const { id, view, message, next, sees } = await started([{ channel: 'sms' }, { channel: 'voice' }]);
    await report(await message(1), 'DELIVRD');
    // The spare account tells its gateway no address for receipts.
    gateway.behaviour = (received, response) => {
      (received.body.callback === undefined ? behaviours.accepts : behaviours.answers(500))(received, response);
    };
    for (const calls of [1, 2]) {
      expect((await next()).status).toBe(200);
      await message(1 + 2 * calls);
      await until('the record', async () => (await view()).attempts.at(-1)?.status === 'sent');
      await pass(redis, id, 61_000);
    }
    const { attempts, delivery, sends, next_at } = await view();
    expect(attempts.map(({ account }) => account)).toEqual(['gateway', 'gateway', 'spare', 'gateway', 'spare']);
    expect({ delivery, made: sends.made, next_at }).toEqual({ delivery: 'delivered', made: 3, next_at: null });
    await sees(5);
  });

  it('sends although a receipt confirms the message before, between the wish and its message', async () => {
    let answer = (): void => undefined;
    gateway.behaviour = (received, response) => {
      answer = () => {
        behaviours.accepts(received, response);
      };
    };
    const { to, message, next, sees } = await started(MESSAGES);
    const first = await until('the first message', () => gateway.to(to)[0]);
    expect((await next()).status).toBe(200);
    expect((await report(first, 'DELIVRD')).ok).toBe(true);
    gateway.behaviour = behaviours.accepts;
    answer();
    expect((await message(2)).body.channel).toBe('whatsapp');
    await sees(2);
  });

  it('is 409 when the verification has ended, 404 for others', async () => {
    const { api, id, message, next, sees } = await started(MESSAGES);
    const code = (await message(1)).body.code!;
    const stranger = service.as(OTHER_KEY);
    expect((await stranger.post(`/v1/verifications/${id}/next`)).status).toBe(404);
    expect((await api.post('/v1/verifications/nonsense/next')).status).toBe(404);
    await api.check(id, code);
    expect(await next()).toMatchObject({ status: 409, body: { code: 'already_final' } });
    await sees(1);
  });

  it('counts one send for each message, however many ask at a time', async () => {
    const { to, view, message, next } = await started(MESSAGES);
    await message(1);
    const answers = await Promise.all(Array.from({ length: 6 }, next));
    for (const { status } of answers) expect([200, 429]).toContain(status);
    expect(answers[0]!.status).toBe(200);
    await until('what was asked for', async () => (await view()).next_at === null && gateway.to(to).length >= 2);
    const { sends, attempts } = await view();
    expect(attempts).toHaveLength(sends.made);
    await until('the messages', () => gateway.to(to).length === sends.made);
  });
});
