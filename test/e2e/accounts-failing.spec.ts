import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshNumber, type Api, type Verification } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { configuration, httpAccount, LIVE_KEY, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

/** Of the account that is to hang; a busy machine answers for the others within the default. */
const TIMEOUT_MS = 300;
/** P7, from the failure of one account to the request of the next. */
const NEXT_WITHIN_MS = 1_000;

const json = (status: number, body: object) => behaviours.answers(status, JSON.stringify(body));

let redis: TestRedis;
let failing: Gateway;
let working: Gateway;
let service: Service;
let api: Api;

/** One channel for each way to fail, so that one service has them all. */
async function config() {
  const first = (settings = {}) => httpAccount(failing.url, {}, settings);
  return configuration(
    {
      plain: first(),
      impatient: httpAccount(failing.url, { timeout: TIMEOUT_MS / 1_000 }),
      'by-failure': first({ failure: { path: 'error.code' } }),
      'by-success': first({ success: { path: 'status', words: ['ok', 'queued'] } }),
      closed: httpAccount(`http://127.0.0.1:${await freePort()}`),
      second: httpAccount(working.url),
      'sandbox-2': { use: 'sandbox' },
    },
    {
      routes: {
        sms: {
          default: ['plain', 'second', 'sandbox', 'sandbox-2'],
          countries: { DE: ['plain', 'closed'], FR: ['impatient', 'closed'] },
        },
        whatsapp: { default: ['by-failure', 'second', 'sandbox'] },
        viber: { default: ['by-success', 'second'] },
        rcs: { default: ['closed', 'second'] },
        telegram: { default: ['impatient', 'second'] },
      },
    },
  );
}

beforeAll(async () => {
  redis = await TestRedis.start();
  failing = await Gateway.start();
  working = await Gateway.start();
  service = await Service.start({ redisUrl: redis.url, config: await config() });
  api = service.as(LIVE_KEY);
});

beforeEach(() => {
  failing.behaviour = behaviours.accepts;
});

afterAll(async () => {
  await service.stop();
  await failing.stop();
  await working.stop();
  await redis.stop();
});

/** Starts one; `channels` are names, each with a wait of a minute. */
const started = (...channels: string[]) => startedFor(freshNumber(), channels);

/** In this country no account of the first channel works. */
const startedInVain = (...channels: string[]) => startedFor(`+49151${freshNumber().slice(-8)}`, channels);

async function startedFor(to: string, channels: string[]) {
  const answer = await api.start(to, { channels: channels.map((channel) => ({ channel, wait: 60 })) });
  expect(answer.status).toBe(201);
  return { to, id: answer.body.id, at: Date.now() };
}

const settled = ({ attempts }: Verification) => attempts.length > 0 && attempts.at(-1)?.status !== 'sending';

const viewOnce = (what: string, id: string, is: (view: Verification) => boolean) =>
  until(what, async () => {
    const { body } = await api.read(id);
    return is(body) && body;
  });

describe('the second account gets the code when the first', () => {
  it.each([
    ['answers 500', 'sms', json(500, {}), 'failed', { kind: 'unreachable', code: 'http_500' }],
    ['answers 429', 'sms', json(429, {}), 'failed', { kind: 'throttled', code: 'http_429' }],
    ['answers 401', 'sms', json(401, {}), 'failed', { kind: 'misconfigured', code: 'http_401' }],
    ['says no in a 200', 'whatsapp', json(200, { id: 'x', error: { code: 'E7' } }), 'failed', refusal('E7')],
    ['does not say yes in a 200', 'viber', json(200, { id: 'x', status: 'bad' }), 'failed', refusal('bad')],
    ['gives no id in a 200', 'sms', json(200, { message: 'hm' }), 'failed', refusal('no_message_id')],
    ['gives no JSON in a 200', 'sms', behaviours.answers(200, '<html>'), 'maybe_sent', unsure('answer_is_not_json')],
    ['refuses the connection', 'rcs', behaviours.accepts, 'failed', { kind: 'unreachable', code: 'ECONNREFUSED' }],
    ['hangs', 'telegram', behaviours.hangs, 'maybe_sent', unsure('timeout')],
    ['hangs up', 'sms', behaviours.hangsUp, 'maybe_sent', unsure('UND_ERR_SOCKET')],
  ])('%s', async (_, channel, behaviour, status, error) => {
    failing.behaviour = behaviour;
    const { to, id, at } = await started(channel);
    const message = await until('the second account', () => working.to(to)[0]);
    const view = await viewOnce('the end', id, (body) => body.attempts.length === 2 && settled(body));

    const [first] = failing.to(to);
    expect(failing.to(to)).toHaveLength(channel === 'rcs' ? 0 : 1);
    const timeout = error.code === 'timeout' ? TIMEOUT_MS : 0;
    const failedAt = (first?.at ?? at) + timeout;
    expect(message.at - failedAt).toBeLessThan(NEXT_WITHIN_MS);
    expect(message.at - failedAt).toBeGreaterThan(-50);

    expect(view).toMatchObject({ status: 'pending', delivery: 'sent', next_at: null });
    expect(view.attempts).toMatchObject([
      { id: `${id}-1`, step: 0, channel, status, error },
      { id: `${id}-2`, step: 0, channel, status: 'sent', account: 'second', error: null },
    ]);
    expect(message.body.code).toMatch(/^\d{6}$/);
    if (first) expect(message.body.code).toBe(first.body.code);
    expect((await api.check(id, message.body.code!)).body.result).toBe('approved');
    expect(working.to(to)).toHaveLength(1);
  });
});

function refusal(code: string) {
  return { kind: 'unknown', code };
}

function unsure(code: string) {
  return { kind: 'maybe_sent', code };
}

describe('when no account is left', () => {
  it('says so, tells the story, and still takes the code', async () => {
    failing.behaviour = behaviours.answers(503);
    const { to, id } = await startedInVain('sms');
    const view = await viewOnce('the end', id, ({ delivery }) => delivery === 'undelivered');
    expect(view).toMatchObject({ status: 'pending', next_channel: null, next_at: null });
    expect(view.attempts).toMatchObject([
      { account: 'plain', status: 'failed', error: { kind: 'unreachable', code: 'http_503' } },
      { account: 'closed', status: 'failed', error: { kind: 'unreachable', code: 'ECONNREFUSED' } },
    ]);
    expect((await api.check(id, failing.to(to)[0]!.body.code!)).body.result).toBe('approved');
  });

  it('starts the next step at once', async () => {
    failing.behaviour = behaviours.answers(503);
    const { to, id } = await startedInVain('sms', 'viber');
    const message = await until('the second step', () => working.to(to)[0]);
    expect(message.at - failing.to(to)[0]!.at).toBeLessThan(2 * NEXT_WITHIN_MS);
    const view = await viewOnce('the end', id, ({ delivery }) => delivery === 'sent');
    expect(view.attempts.map(({ step, account, status }) => `${step} ${account} ${status}`)).toEqual([
      '0 plain failed',
      '0 closed failed',
      '1 by-success failed',
      '1 second sent',
    ]);
    expect(new Set([...failing.to(to), ...working.to(to)].map(({ body }) => body.code)).size).toBe(1);
  });

  it('waits before the next step if one of them may have sent', async () => {
    failing.behaviour = behaviours.hangs;
    const { to, id } = await startedFor(`+336${freshNumber().slice(-8)}`, ['sms', 'viber']);
    const view = await viewOnce('the end', id, (body) => body.attempts.length === 2 && settled(body));
    expect(view).toMatchObject({ delivery: 'sent', next_channel: 'viber' });
    expect(Date.parse(view.next_at!) - Date.now()).toBeGreaterThan(50_000);
    expect(working.to(to)).toHaveLength(0);
  });
});

it('goes to the next channel at once when this one cannot reach the number', async () => {
  const tester = service.as(TEST_KEY);
  const { id } = (await tester.start('+447700900904', { channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] }))
    .body;
  const view = await until('both attempts', async () => {
    const { body } = await tester.read(id);
    return body.delivery === 'undelivered' && body;
  });
  const error = { kind: 'bad_recipient', code: 'sandbox_bad_recipient' };
  // The second sandbox account of the first channel is not asked: the number is wrong for it as well.
  expect(view.attempts).toMatchObject([
    { step: 0, channel: 'sms', account: 'sandbox', status: 'failed', error },
    { step: 1, channel: 'whatsapp', account: 'sandbox', status: 'failed', error },
  ]);
});

describe('a second step behind a provider that says nothing more', () => {
  /** One that has sent its first step and waits. */
  async function waiting() {
    const one = await started('sms', 'rcs');
    const view = await viewOnce('the first step', one.id, settled);
    return { ...one, view, code: failing.to(one.to)[0]!.body.code! };
  }

  /** As if the wait were over, whatever the record says by now. */
  async function overdue(id: string) {
    const [key] = await redis.client.keys(`pl:*:v:${id}`);
    const next = { next_step: 1, next_channel: 'rcs', next_account: 'second', next_lease: 5_000 };
    await redis.client.hset(key!, { ...next, next_at: Date.now() - 1 });
    await redis.client.zadd(`${key!.slice(0, 8)}due`, Date.now() - 1, id);
  }

  it('is scheduled after the wait, and sent then', async () => {
    const { to, id, view, at, code } = await waiting();
    expect(view).toMatchObject({ delivery: 'sent', next_channel: 'rcs' });
    const ahead = Date.parse(view.next_at!) - at;
    expect(ahead).toBeGreaterThan(58_000);
    expect(ahead).toBeLessThan(65_000);
    expect(working.to(to)).toHaveLength(0);
    await overdue(id);
    const message = await until('the second step', () => working.to(to)[0]);
    expect(message.body).toMatchObject({ code, channel: 'rcs', ref: `${id}-2` });
  });

  it('is not sent after approve, cancel or lock', async () => {
    const [approved, canceled, locked, control] = [await waiting(), await waiting(), await waiting(), await waiting()];
    expect((await api.check(approved.id, approved.code)).body.result).toBe('approved');
    expect((await api.cancel(canceled.id)).status).toBe(200);
    for (let i = 0; i < 5; i++) await api.check(locked.id, '0000');
    for (const { id } of [approved, canceled, locked]) {
      expect((await api.read(id)).body).toMatchObject({ next_channel: null, next_at: null });
      await overdue(id);
    }
    await overdue(control.id);
    await until('the one that is still pending', () => working.to(control.to)[0]);
    for (const { to, id } of [approved, canceled, locked]) {
      expect(working.to(to)).toHaveLength(0);
      expect((await api.read(id)).body.attempts).toHaveLength(1);
    }
  });

  it.each(['approved', 'canceled'])('nor is the next account asked once it is %s', async (status) => {
    failing.behaviour = behaviours.hangs;
    const { to, id } = await started('telegram', 'rcs');
    const message = await until('the first account', () => failing.to(to)[0]);
    if (status === 'canceled') expect((await api.cancel(id)).status).toBe(200);
    else expect((await api.check(id, message.body.code!)).body.result).toBe('approved');
    const view = await viewOnce('the time-out', id, settled);
    expect(view.attempts).toMatchObject([{ status: 'maybe_sent' }]);
    expect(view).toMatchObject({ status, next_at: null });
    expect(working.to(to)).toHaveLength(0);
  });
});
