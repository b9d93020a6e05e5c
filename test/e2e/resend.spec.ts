import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, wrongFor, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, next, pass, stateKeyOf } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

const FAILURES = 12;
const resending = (resend: string) => ({
  channels: [{ channel: 'sms', wait: 900 }],
  defaults: { resend, max_checks: 5, ttl: 300 },
});

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const account = (name: string) =>
    httpAccount(gateway.url, {}, { body: { to: '{{to}}', code: '{{code}}', ref: '{{attempt_id}}', by: name } });
  service = await Service.start({
    redisUrl: redis.url,
    config: failoverConfiguration(
      { a: account('a'), b: account('b'), local: account('local') },
      {
        routes: {
          sms: { default: { a: 80, b: 20 }, countries: { SG: ['local'], DE: { b: 1, a: 0 } } },
          voice: { default: ['b', 'a'] },
        },
        profiles: {
          'shop/reuse': resending('reuse'),
          'shop/rotate': resending('rotate'),
          'shop/any': resending('any_live'),
        },
      },
      { failures_per_number: `${FAILURES}/1h`, sends_per_number: '100/1h' },
    ),
  });
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

/** A verification by this profile, and a way to send its code again. */
async function started(profile: string) {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const start = () => api.post('/v1/verifications', { to, profile });
  const { status, body } = await start();
  expect(status).toBe(201);
  const { id } = body;
  const code = async (n: number): Promise<string> => (await messageOf(gateway, api, id, to, n)).body.code!;
  const first = await code(1);
  return {
    api,
    to,
    id,
    first,
    start,
    check: async (typed: string) => (await api.check(id, typed)).body.result,
    view: async (): Promise<Verification> => (await api.read(id)).body,
    /** Starts again while it is pending; the code of that message. */
    again: async (n = 2) => {
      expect(await start()).toMatchObject({ status: 200, body: { id } });
      return code(n);
    },
    next: async (n: number) => {
      expect((await next(api, id)).status).toBe(200);
      return code(n);
    },
  };
}

describe('reuse', () => {
  it('sends one and the same code, which keeps its end', async () => {
    const { id, first, again, next, check, view } = await started('reuse');
    await pass(redis, id, 100_000);
    const end = (await view()).expires_at;
    expect(await again()).toBe(first);
    expect(await next(3)).toBe(first);
    expect((await view()).expires_at).toBe(end);
    expect(await check(first)).toBe('approved');
  });
});

describe('rotate', () => {
  it('replaces the code: the first says so, the second is right', async () => {
    const { first, again, check } = await started('rotate');
    const second = await again();
    expect(second).not.toBe(first);
    expect(await check(first)).toBe('replaced');
    expect(await check(second)).toBe('approved');
  });

  it('replaces it by `next` too', async () => {
    const { first, next, check } = await started('rotate');
    const second = await next(2);
    const third = await next(3);
    expect(new Set([first, second, third]).size).toBe(3);
    expect([await check(second), await check(first), await check(third)]).toEqual(['replaced', 'replaced', 'approved']);
  });

  it('gives the new code a life of its own', async () => {
    const { id, again, check, view } = await started('rotate');
    await pass(redis, id, 290_000);
    const second = await again();
    const { expires_at } = await view();
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(290_000);
    await pass(redis, id, 200_000);
    expect(await check(second)).toBe('approved');
  });

  it('counts a replaced code as a wrong one', async () => {
    const { first, again, check, view } = await started('rotate');
    const second = await again();
    for (let left = 4; left >= 0; left--) {
      expect(await check(first)).toBe('replaced');
      expect((await view()).checks.left).toBe(left);
    }
    expect(await check(second)).toBe('locked');
  });
});

describe('any_live', () => {
  it.each([0, 1, 2])('approves any of its codes (%i)', async (chosen) => {
    const { first, again, check } = await started('any');
    const codes = [first, await again(2), await again(3)];
    expect(new Set(codes).size).toBe(3);
    expect(await check(codes[chosen]!)).toBe('approved');
    for (const code of codes) expect(await check(code)).toBe('already_approved');
  });

  it('shares the failures among its codes', async () => {
    const { first, again, check, view } = await started('any');
    for (let i = 1; i <= 3; i++) expect(await check(wrongFor(first, i))).toBe('incorrect');
    const second = await again();
    const wrong = [4, 5, 6].map((i) => wrongFor(first, i)).filter((code) => code !== second);
    expect((await view()).checks).toEqual({ made: 3, left: 2 });
    expect([await check(wrong[0]!), await check(wrong[1]!)]).toEqual(['incorrect', 'incorrect']);
    expect(await check(first)).toBe('locked');
    expect(await check(second)).toBe('locked');
  });

  it('replaces a code whose own life is over', async () => {
    const { id, first, again, check } = await started('any');
    await pass(redis, id, 200_000);
    const second = await again();
    await pass(redis, id, 150_000);
    expect(await check(first)).toBe('replaced');
    expect(await check(second)).toBe('approved');
    expect(await redis.client.hexists(stateKeyOf(id), 'm1')).toBe(0);
  });
});

describe('a code of the caller’s own', () => {
  const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1_000;

  it('with a short life does not end the older ones of any_live', async () => {
    const { api, to, first, view, check } = await started('any');
    const { body } = await api.post('/v1/verifications', { to, profile: 'any', code: '246810', ttl: 30 });
    const { created_at, expires_at } = await view();
    expect(body.expires_at).toBe(expires_at);
    expect(seconds(created_at, expires_at)).toBeGreaterThanOrEqual(299);
    expect(await check(first)).toBe('approved');
  });

  it('leaves neither its life nor its length to the code that replaces it', async () => {
    const { api, to, again, view, check } = await started('rotate');
    await api.post('/v1/verifications', { to, profile: 'rotate', code: '2468', ttl: 30 });
    const code = await again(3);
    expect(code).toHaveLength(6);
    const { created_at, expires_at } = await view();
    expect(seconds(created_at, expires_at)).toBeGreaterThanOrEqual(299);
    expect(await check(code)).toBe('approved');
  });
});

describe('a new start', () => {
  it('never refills the failures: so many guesses an hour and number, however many starts', async () => {
    const { api, to, start } = await started('reuse');
    let compared = 0;
    let refused: Awaited<ReturnType<typeof start>> | undefined;
    for (let starts = 1; starts <= 10 && !refused; starts++) {
      const answer = await start();
      if (answer.status === 429) refused = answer;
      else {
        const message = await until('its message', () =>
          gateway.to(to).find(({ body }) => body.ref?.startsWith(answer.body.id)),
        );
        for (let i = 1; i <= 6; i++) {
          if ((await api.check(answer.body.id, wrongFor(message.body.code!, i))).body.result === 'incorrect')
            compared++;
        }
      }
    }
    expect(compared).toBe(FAILURES);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', limit: 'failures_per_number' } });
    expect(Number(refused!.headers.get('retry-after'))).toBeGreaterThan(3_500);
    // By other profiles and plans too; other numbers are free.
    expect((await api.start(to)).status).toBe(429);
    expect((await api.start(freshNumber())).status).toBe(201);
  });

  it('shares them with what is live beside it: then even a right code comes too late', async () => {
    const { api, to, id, first, check } = await started('reuse');
    for (const [i, profile] of ['rotate', 'any', undefined].entries()) {
      const plan = profile ? { profile } : { channels: [{ channel: 'sms' }] };
      const { body } = await api.post('/v1/verifications', { to, ...plan });
      const message = await until('its message', () => gateway.to(to)[i + 1]);
      for (let n = 1; n <= 4; n++) await api.check(body.id, wrongFor(message.body.code!, n));
    }
    expect(await check(first)).toBe('locked');
    expect((await api.read(id)).body.status).toBe('locked');
  });

  it('without a limit allows max_checks guesses for each', async () => {
    const api = service.as(OTHER_KEY);
    const to = freshNumber();
    let compared = 0;
    for (let starts = 1; starts <= 4; starts++) {
      const { status, body } = await api.start(to, { max_checks: 3 });
      expect(status).toBe(201);
      const message = await until('its message', () => gateway.to(to)[starts - 1]);
      for (let i = 1; i <= 5; i++) {
        if ((await api.check(body.id, wrongFor(message.body.code!, i))).body.result === 'incorrect') compared++;
      }
    }
    expect(compared).toBe(12);
  });

  it.each(['approved', 'canceled', 'locked', 'expired'])('is never refused because of one that is %s', async (end) => {
    const { api, id, first, check, view, start } = await started('reuse');
    if (end === 'approved') await check(first);
    if (end === 'canceled') await api.cancel(id);
    if (end === 'locked') for (let i = 1; i <= 5; i++) await check(wrongFor(first, i));
    if (end === 'expired') await pass(redis, id, 300_000);
    expect((await view()).status).toBe(end);
    const anew = await start();
    expect(anew.status).toBe(201);
    expect(anew.body.id).not.toBe(id);
    expect(anew.body.checks).toEqual({ made: 0, left: 5 });
  });
});

describe('routes', () => {
  const by = (to: string) => gateway.to(to).map(({ body }) => body.by);

  it('split by weight, the same way for one verification each time', async () => {
    const api = service.as(LIVE_KEY);
    const numbers = Array.from({ length: 300 }, freshNumber);
    for (let i = 0; i < numbers.length; i += 20) {
      await Promise.all(numbers.slice(i, i + 20).map((to) => api.start(to)));
    }
    await until('all messages', () => numbers.every((to) => by(to).length === 1), 30_000);
    const byA = numbers.filter((to) => by(to)[0] === 'a').length;
    // 240 on average, 7 the standard deviation: outside of this one run in a million.
    expect(byA).toBeGreaterThan(205);
    expect(byA).toBeLessThan(275);

    const some = numbers.slice(0, 20);
    await Promise.all(some.map((to) => api.start(to)));
    await until('all again', () => some.every((to) => by(to).length === 2), 30_000);
    for (const to of some) expect(by(to)[1]).toBe(by(to)[0]);
  });

  it('try the other account of a split when the drawn one refuses', async () => {
    gateway.behaviour = (received, response) => {
      (received.body.by === 'a' ? behaviours.answers(422) : behaviours.accepts)(received, response);
    };
    const numbers = Array.from({ length: 8 }, freshNumber);
    for (const to of numbers) await service.as(LIVE_KEY).start(to);
    await until('b to have all', () => numbers.every((to) => by(to).at(-1) === 'b'));
    gateway.behaviour = behaviours.accepts;
    for (const to of numbers) expect([['b'], ['a', 'b']]).toContainEqual(by(to));
  });

  it('go by country where one is named, in the order of the list else', async () => {
    const api = service.as(LIVE_KEY);
    const expected: [string, string, string][] = [
      ['+6581234567', 'sms', 'local'],
      ['+4915123456789', 'sms', 'b'],
      ['+6581234568', 'voice', 'b'],
    ];
    for (const [to, channel, account] of expected) {
      expect((await api.start(to, { channels: [{ channel }] })).status).toBe(201);
      await until('the message', () => by(to).length === 1);
      expect(by(to)).toEqual([account]);
    }
  });
});
