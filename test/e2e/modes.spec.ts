import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Api, type Answer } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let live: Api;
let test: Api;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  // Each channel's route has the gateway and the sandbox.
  const scopes = ['verifications', 'pii:read'];
  const keys = [
    { id: 'live', token: LIVE_KEY, mode: 'live', scopes },
    { id: 'test', token: TEST_KEY, mode: 'test', scopes },
  ];
  const limits = { sends_per_number: '3/10m', failures_per_number: '4/10m' };
  const config = configuration({ gateway: httpAccount(gateway.url) }, { applications: { shop: { keys, limits } } });
  service = await Service.start({ redisUrl: redis.url, config });
  [live, test] = [service.as(LIVE_KEY), service.as(TEST_KEY)];
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

const inbox = async (to: string): Promise<{ code: string; verification_id: string }[]> =>
  (await test.get(`/v1/sandbox/messages?to=${encodeURIComponent(to)}`)).body.data as never;

const sent = (to: string, count = 1) => until('the message', () => gateway.to(to)[count - 1]);
const shown = (to: string) => until('the sandbox', async () => (await inbox(to))[0]);

describe('a live and a test key of one application, for the same number', () => {
  it.each([
    ['the live one starts first', () => [live, test] as const],
    ['the test one starts first', () => [test, live] as const],
  ])('have a verification each, and neither sees the other’s code: %s', async (_what, inOrder) => {
    const to = freshNumber();
    const [first, second] = inOrder();
    const started = [await first.start(to), await second.start(to)];
    expect(started.map(({ status }) => status)).toEqual([201, 201]);
    expect(started[0]!.body.id).not.toBe(started[1]!.body.id);
    const [liveId, testId] = (first === live ? started : started.reverse()).map(({ body }) => body.id);
    const [real, pretended] = [await sent(to), await shown(to)];
    expect(pretended.verification_id).toBe(testId);
    expect(gateway.to(to)).toHaveLength(1);
    expect(real.body.ref).toContain(liveId);
    expect(await inbox(to)).toHaveLength(1);
    expect((await live.check(liveId!, real.body.code!)).body.result).toBe('approved');
    expect((await test.check(testId!, pretended.code)).body.result).toBe('approved');
  });

  it('continue their own', async () => {
    const to = freshNumber();
    const ids = [await live.start(to), await test.start(to)].map(({ body }) => body.id);
    const again = [await live.start(to), await test.start(to)];
    expect(again.map(({ status, body }) => ({ status, id: body.id }))).toEqual(ids.map((id) => ({ status: 200, id })));
  });

  it.each([
    ['a test key', () => [live, test] as const],
    ['a live key', () => [test, live] as const],
  ])('%s neither reads, checks, cancels, moves on nor finds what the other has started', async (_what, both) => {
    const [own, other] = both();
    const to = freshNumber();
    const reference = `order-${to}`;
    const { id } = (await own.start(to, { reference })).body;
    await (own === live ? sent(to) : shown(to));
    const { code } = own === live ? (await sent(to)).body : (await inbox(to))[0]!;
    const answers: Answer[] = [
      await other.read(id),
      await other.check(id, code),
      await other.post(`/v1/verifications/${id}/next`),
      await other.post(`/v1/verifications/${id}/cancel`),
    ];
    for (const { status, body } of answers)
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
    for (const query of [`to=${encodeURIComponent(to)}`, `reference=${encodeURIComponent(reference)}`, 'limit=100']) {
      const found = async (api: Api) => (await api.get(`/v1/verifications?${query}`)).body.data as { id: string }[];
      expect((await found(own)).map((one) => one.id)).toContain(id);
      expect((await found(other)).map((one) => one.id)).not.toContain(id);
    }
    expect((await own.read(id)).body).toMatchObject({ status: 'pending', checks: { made: 0 }, sends: { made: 1 } });
    expect((await own.check(id, code)).body.result).toBe('approved');
  });

  it('a test key neither uses up what people may try, nor erases what they do', async () => {
    const to = freshNumber();
    for (let i = 0; i < 2; i++) {
      const { id } = (await test.start(to)).body;
      for (let guesses = 0; guesses < 2; guesses++) await test.check(id, '0000000');
      expect((await test.read(id)).body.status).toBe(i === 0 ? 'pending' : 'locked');
      if (i === 0) await test.cancel(id);
    }
    expect(await test.start(to)).toMatchObject({ status: 429, body: { limit: 'failures_per_number' } });
    const started = await live.start(to);
    expect(started).toMatchObject({ status: 201, body: { sends: { left: 2 } } });
    const { id } = started.body;
    const erased = await test.post('/v1/erasures', { to });
    expect(erased).toMatchObject({ status: 200, body: { verifications: 2, canceled: 0 } });
    expect((await live.check(id, (await sent(to)).body.code!)).body.result).toBe('approved');
    expect((await live.post('/v1/erasures', { to })).body).toMatchObject({ verifications: 1 });
  });
});
