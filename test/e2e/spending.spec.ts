import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Answer, type Api, type Verification } from '../support/api.js';
import { eventsOf } from '../support/events.js';
import { next } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const DAY = 86_400_000;
/** Longer than this file takes: so its day is one day. */
const ROOM = 60_000;

const KEYS = {
  shop: 'live_key_of_the_shop_0123456789',
  wallet: 'live_key_of_the_wallet_01234567',
  free: 'live_key_free_01',
};

let redis: TestRedis;
let dear: Gateway;
let cheap: Gateway;
let service: Service;

beforeAll(async () => {
  const left = DAY - (Date.now() % DAY);
  if (left < ROOM) await sleep(left);
  redis = await TestRedis.start();
  [dear, cheap] = [await Gateway.start(), await Gateway.start()];
  const accounts = {
    dear: httpAccount(dear.url, { price: { default: 1, US: 0.075 } }),
    cheap: httpAccount(cheap.url, { price: 0.04 }),
  };
  const scopes = ['verifications', 'webhooks'];
  const application = (token: string, extra: object) => ({
    keys: [{ id: 'k', token, mode: 'live', scopes }],
    limits: 'off',
    ...extra,
  });
  const applications = {
    shop: application(KEYS.shop, { budget: { day: 100, countries: { US: { day: 0.12 } } } }),
    wallet: application(KEYS.wallet, { budget: { day: 0.05 } }),
    free: application(KEYS.free, {}),
  };
  const config = configuration(accounts, { applications, currency: 'EUR' });
  service = await Service.start({ redisUrl: redis.url, config });
}, ROOM + 60_000);

afterAll(async () => {
  await service.stop();
  for (const gateway of [dear, cheap]) await gateway.stop();
  await redis.stop();
});

const SMS = { channels: [{ channel: 'sms' }, { channel: 'voice' }] };

const over = (api: Api, id: string, is: (view: Verification) => boolean) =>
  until('the end of its attempts', async () => {
    const view = (await api.read(id)).body;
    return is(view) && view;
  });
const isSent = ({ attempts }: Verification) => attempts.at(-1)?.status === 'sent';
const spending = async (api: Api) => (await api.get('/v1/spending')) as unknown as { status: number; body: unknown };

function expectUsedUp({ status, headers, body }: Answer) {
  expect({ status, code: body.code, limit: body.limit }).toEqual({
    status: 429,
    code: 'budget_exhausted',
    limit: 'country_spend_per_day',
  });
  const seconds = Number(headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(DAY / 1_000);
}

describe('an application that may spend so much on a country', () => {
  it('sends until the ceiling, over the cheaper account last, and is told then', async () => {
    const api = service.as(KEYS.shop);
    const once = { 'idempotency-key': 'first' };
    const body = { to: freshNumber(), ...SMS };
    const first = await api.request('POST', '/v1/verifications', body, once);
    const { attempts } = await over(api, first.body.id, isSent);
    expect(attempts).toMatchObject([{ account: 'dear', status: 'sent', cost: 0.075 }]);

    const second = await api.start(freshNumber(), SMS);
    expect((await over(api, second.body.id, isSent)).attempts).toMatchObject([
      { account: 'dear', status: 'failed', error: { kind: 'quota', code: 'budget_exhausted' }, cost: 0 },
      { account: 'cheap', status: 'sent', cost: 0.04 },
    ]);
    const sent = await until('the event of it', async () =>
      (await eventsOf(api, second.body.id)).find(({ type }) => type === 'verification.sent'),
    );
    expect(sent.data).toMatchObject({ account: 'cheap', cost: 0.04 });

    // 0.005 is left.
    const to = freshNumber();
    expectUsedUp(await api.start(to, SMS));
    expectUsedUp(await next(api, second.body.id));
    expect([dear.received.length, cheap.received.length, dear.to(to).length]).toEqual([1, 1, 0]);

    // A start whose answer got lost is answered again, though nothing more could be started.
    const kept = await redis.client.keys('pl:{i:*');
    expect(await redis.client.del(...kept)).toBeGreaterThan(0);
    const repeated = await api.request('POST', '/v1/verifications', body, once);
    expect([repeated.status, repeated.body.id]).toEqual([201, first.body.id]);

    const { body: spent } = await spending(api);
    expect(spent).toMatchObject({
      currency: 'EUR',
      hour: { ceiling: null, left: null },
      day: {
        spent: 0.115,
        ceiling: 100,
        left: 99.885,
        countries: { US: { spent: 0.115, ceiling: 0.12, left: 0.005 } },
      },
    });
    // What Redis is too slow to tell is left out.
    const metrics = await until('all of the metrics', async () => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      return text.includes('passlane_budget_used_ratio{') && text.includes('passlane_queue_age_seconds{') && text;
    });
    expect(metrics).toMatch(/passlane_budget_refusals_total{at="start",limit="country_spend_per_day"} 2/);
    expect(metrics).toMatch(/passlane_budget_refusals_total{at="send",limit="country_spend_per_day"} 1/);
    for (const line of [
      'passlane_budget_used_ratio{application="shop",window="day"} 0.00115',
      'passlane_attempts_total{channel="sms",account="cheap",country="US",status="sent",kind="none"} 1',
      'passlane_attempts_total{channel="sms",account="dear",country="US",status="failed",kind="quota"} 1',
      'passlane_cost_total{channel="sms",account="dear",country="US"} 0.075',
      'passlane_time_to_provider_seconds_count{channel="sms",account="cheap"} 1',
      'passlane_attempt_lateness_seconds_count{attempt="further"} 1',
      'passlane_account_resting{account="dear"} 0',
      'passlane_queue_waiting{account="dear"} 0',
      'passlane_queue_age_seconds{account="dear"} 0',
      'passlane_http_request_duration_seconds_count{method="POST",route="/v1/verifications",status="429"} 1',
    ]) {
      expect(metrics.split('\n')).toContain(line);
    }
  });

  it('does not hinder another one, whose spending nobody counts', async () => {
    const api = service.as(KEYS.free);
    const { body } = await api.start(freshNumber(), SMS);
    expect((await over(api, body.id, isSent)).attempts).toMatchObject([{ account: 'dear', cost: 0.075 }]);
    expect(await redis.client.keys('pl:{g:free}*')).toEqual([]);
    expect(await spending(api)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

it('stops a text whose parts cost more than is left, and says so when nothing else is to be tried', async () => {
  const api = service.as(KEYS.wallet);
  const template = `{{code}} ${'x'.repeat(160)}`;
  const { body, status } = await api.start(freshNumber(), { channels: [{ channel: 'sms', template }] });
  expect(status).toBe(201);
  const view = await over(api, body.id, ({ delivery }) => delivery === 'undelivered');
  expect(view).toMatchObject({ status: 'pending', next_at: null });
  expect(view.attempts.map(({ error }) => error?.code)).toEqual(['budget_exhausted', 'budget_exhausted']);
  const event = await until('the event', async () =>
    (await eventsOf(api, body.id)).find(({ type }) => type === 'verification.undelivered'),
  );
  expect(event.data).toMatchObject({ reason: 'budget_exhausted', cost: 0 });
  expect(await spending(api)).toMatchObject({ body: { day: { spent: 0, left: 0.05 } } });
});
