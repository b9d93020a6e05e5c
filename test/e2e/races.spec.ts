import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bounds } from '../../src/config/bounds.js';
import { freshNumber, wrongFor, type Answer, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive, tally } from '../support/started.js';
import { until } from '../support/wait.js';

const PARALLEL = 200;
const { sends: MOST_SENDS } = bounds;

/** Calls that are all on their way before the first is answered. */
const atOnce = <T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));

const results = (answers: readonly Answer[]) => tally(answers.map(({ body }) => body.result));

describe('calls at the same moment', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;
  let second: Service;
  let api: Api;
  /** Every other call goes to the other process. */
  let either: (index: number) => Api;

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    const options = { redisUrl: redis.url, config: configuration({ gateway: httpAccount(gateway.url) }) };
    service = await Service.start(options);
    second = await Service.start(options);
    api = service.as(LIVE_KEY);
    either = (index) => (index % 2 === 0 ? service : second).as(LIVE_KEY);
  });

  afterAll(async () => {
    await second.stop();
    await service.stop();
    await gateway.stop();
    await redis.stop();
  });

  it('approves exactly one of 200 right codes, in each of 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const { id, code } = await startAndReceive(api, gateway);
      const answers = await atOnce(PARALLEL, () => api.check(id, code));
      expect(results(answers)).toEqual({ approved: 1, already_approved: PARALLEL - 1 });
      expect(answers.filter(({ body }) => body.valid)).toHaveLength(1);
    }
  });

  it('compares exactly max_checks of 200 wrong codes', async () => {
    for (const max of [5, 1, 10]) {
      const { id, code } = await startAndReceive(api, gateway, { max_checks: max });
      const answers = await atOnce(PARALLEL, (index) => api.check(id, wrongFor(code, index + 1)));
      expect(results(answers)).toEqual({ incorrect: max, locked: PARALLEL - max });
      expect((await api.read(id)).body).toMatchObject({ status: 'locked', checks: { made: max, left: 0 } });
      expect((await api.check(id, code)).body.result).toBe('locked');
    }
  });

  it('never lets a guesser through: at most max_checks of 200 codes are compared, whichever is the right one', async () => {
    const { id, code } = await startAndReceive(api, gateway, { max_checks: 3 });
    const answers = await atOnce(PARALLEL, (index) => either(index).check(id, wrongFor(code, index - 100)));
    const { approved = 0, incorrect = 0 } = results(answers);
    expect(approved).toBeLessThanOrEqual(1);
    expect(incorrect + approved).toBeLessThanOrEqual(3);
    expect((await api.read(id)).body.checks.made).toBe(incorrect + approved);
  });

  it('approves a right code beside a wrong one', async () => {
    for (let round = 0; round < 50; round++) {
      const { id, code } = await startAndReceive(api, gateway);
      const calls = [() => either(round).check(id, code), () => api.check(id, wrongFor(code))];
      if (round % 4 > 1) calls.reverse();
      const answers = await Promise.all(calls.map((call) => call()));
      expect(results(answers)).toMatchObject({ approved: 1 });
      expect((await api.read(id)).body.status).toBe('approved');
    }
  });

  it('makes one verification of 50 starts for one number, and sends no more than one may ask for', async () => {
    for (const send of [() => api, either]) {
      const to = freshNumber();
      const answers = await atOnce(50, (index) => send(index).start(to));
      expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 1, 200: MOST_SENDS - 1, 429: 50 - MOST_SENDS });
      const refused = answers.filter(({ status }) => status === 429);
      expect(new Set(refused.map(({ body }) => body.limit))).toEqual(new Set(['sends_per_verification']));
      const [id = '', ...others] = new Set(answers.flatMap(({ status, body }) => (status < 300 ? [body.id] : [])));
      expect(others).toEqual([]);
      const code = (await until('a message', () => gateway.to(to)[0])).body.code!;
      const view = await until('the sending to end', async () => {
        const { body } = await api.read(id);
        return body.next_at === null && body.attempts.every(({ status }) => status === 'sent') && body;
      });
      expect(view.sends.made).toBe(MOST_SENDS);
      expect(new Set(gateway.to(to).map(({ body }) => body.code))).toEqual(new Set([code]));
      expect((await api.check(id, code)).body.result).toBe('approved');
    }
  });

  it('makes one verification of starts that each bring a code: one is right, the others are replaced', async () => {
    const to = freshNumber();
    const codes = Array.from({ length: 5 }, (_, index) => `70000${index}`);
    const answers = await Promise.all(codes.map((code, index) => either(index).start(to, { code, max_checks: 10 })));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 4, 201: 1 });
    const { id } = answers[0]!.body;
    const outcomes: string[] = [];
    for (const code of codes) outcomes.push((await api.check(id, code)).body.result);
    expect(outcomes.filter((result) => result === 'approved')).toHaveLength(1);
    expect(outcomes).not.toContain('incorrect');
  });

  it('lets either a check or a cancel win, never both', async () => {
    for (let round = 0; round < 60; round++) {
      const { id, code } = await startAndReceive(api, gateway);
      const check = () => api.check(id, code);
      const cancel = () => either(round).cancel(id);
      const canceledFirst = round % 4 > 1;
      const [first, last] = await Promise.all(canceledFirst ? [cancel(), check()] : [check(), cancel()]);
      const { result } = (canceledFirst ? last : first).body;
      const canceled = canceledFirst ? first : last;
      if (canceled.status === 200) expect(result).toBe('canceled');
      else expect([canceled.status, result]).toEqual([409, 'approved']);
      expect((await api.read(id)).body.status).toBe(result);
    }
  });

  it('approves nothing once a cancel was answered, whatever is on its way', async () => {
    const { id, code } = await startAndReceive(api, gateway);
    const order: string[] = [];
    await Promise.all([
      ...Array.from({ length: 20 }, () => api.cancel(id).then(({ status }) => order.push(`cancel ${status}`))),
      ...Array.from({ length: 20 }, (_, index) =>
        either(index)
          .check(id, code)
          .then(({ body }) => order.push(body.result)),
      ),
    ]);
    const wins = order.filter((entry) => entry === 'cancel 200' || entry === 'approved');
    expect(wins).toHaveLength(1);
  });

  it('counts over two processes as over one', async () => {
    const right = await startAndReceive(api, gateway);
    const approvals = await atOnce(PARALLEL, (index) => either(index).check(right.id, right.code));
    expect(results(approvals)).toEqual({ approved: 1, already_approved: PARALLEL - 1 });

    const wrong = await startAndReceive(api, gateway);
    const refusals = await atOnce(PARALLEL, (index) => either(index).check(wrong.id, wrongFor(wrong.code, index + 1)));
    expect(results(refusals)).toEqual({ incorrect: 5, locked: PARALLEL - 5 });
    expect((await api.read(wrong.id)).body.checks.made).toBe(5);
  });
});
