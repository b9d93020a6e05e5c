import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bounds } from '../../src/config/bounds.js';
import { freshNumber, type Verification } from '../support/api.js';
import { next, stateKeyOf } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { tally } from '../support/started.js';
import { until } from '../support/wait.js';

/** Of what a caller may ask for, and as many attempts again that nobody asked for. */
const MOST = bounds.sends;

let redis: TestRedis;
let broken: Gateway;
let sibling: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  [broken, sibling] = [await Gateway.start(), await Gateway.start()];
  const accounts = { broken: httpAccount(broken.url), sibling: httpAccount(sibling.url) };
  const profiles = { 'shop/rotate': { channels: [{ channel: 'sms' }], defaults: { resend: 'rotate' } } };
  service = await Service.start({ redisUrl: redis.url, config: configuration(accounts, { profiles }) });
});

beforeEach(() => {
  broken.behaviour = behaviours.answers(500);
  sibling.behaviour = behaviours.accepts;
});

afterAll(async () => {
  await service.stop();
  for (const gateway of [broken, sibling]) await gateway.stop();
  await redis.stop();
});

/** A caller without limits who starts again and again, each time when the last round has come to its end. */
async function startedToTheEnd(body: Record<string, unknown>, isOver: (view: Verification) => boolean) {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  let view: Verification | undefined;
  for (let sends = 1; ; sends++) {
    const answer = await api.start(to, body);
    if (answer.status === 429) return { api, to, id: view!.id, view: view!, refused: answer };
    expect(answer.status).toBe(sends === 1 ? 201 : 200);
    view = await until(`the end of round ${sends}`, async () => {
      const read = (await api.read(answer.body.id)).body;
      return read.sends.made === sends && read.next_at === null && isOver(read) && read;
    });
  }
}

const isSent = ({ attempts }: Verification) => attempts.at(-1)?.status === 'sent';
const isFailed = ({ attempts }: Verification) => attempts.at(-1)?.status === 'failed';

describe('a person who asks again and again', () => {
  it('gets every message by the sibling of the account that fails, and is told in the end', async () => {
    const { api, to, id, view, refused } = await startedToTheEnd({}, isSent);
    expect(sibling.to(to)).toHaveLength(MOST);
    expect(tally(view.attempts.map(({ account }) => account))).toEqual({ broken: MOST, sibling: MOST });
    expect(refused.body).toMatchObject({ code: 'rate_limited', limit: 'sends_per_verification' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(bounds.ttl.default);
    expect(await next(api, id)).toMatchObject({ status: 409, body: { code: 'next_not_allowed' } });
    // The codes that came are still right; and nobody is locked out by what has ended.
    expect((await api.check(id, sibling.to(to)[0]!.body.code!)).body.result).toBe('approved');
    expect((await api.start(to)).status).toBe(201);
  });

  it('makes us try no more than so often by ourselves, when everything fails', async () => {
    sibling.behaviour = behaviours.answers(500);
    const channels = [{ channel: 'sms' }, { channel: 'whatsapp' }];
    const { view } = await startedToTheEnd({ channels }, isFailed);
    // Each round: the start itself, the sibling, and both accounts of the next step; the first of each was asked for.
    expect(view.attempts).toHaveLength(2 * MOST);
    expect(view).toMatchObject({ status: 'pending', delivery: 'undelivered', sends: { made: MOST } });
  });

  it('all at once, and with a new code each time, does not make the record grow without end', async () => {
    const api = service.as(LIVE_KEY);
    const to = freshNumber();
    const start = () => api.start(to, { profile: 'rotate', channels: undefined });
    const { id } = (await start()).body;
    let limited = 0;
    for (let waves = 0; waves < 50 && limited === 0; waves++) {
      const answers = await Promise.all([...Array.from({ length: 10 }, start), next(api, id)]);
      expect(answers.map(({ status }) => status).filter((status) => ![200, 409, 429, 503].includes(status))).toEqual(
        [],
      );
      limited = answers.filter(({ body }) => body.limit === 'sends_per_verification').length;
    }
    expect(limited).toBeGreaterThan(0);
    const { sends, gen } = await redis.client.hgetall(stateKeyOf(id));
    expect([Number(sends), Number(gen)]).toEqual([MOST, MOST]);
    await until('what is under way', async () => (await api.read(id)).body.next_at === null);
    expect((await api.read(id)).body.attempts.length).toBeLessThanOrEqual(2 * MOST);
  });
});
