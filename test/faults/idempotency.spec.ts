import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadScript } from '../../src/store/script.js';
import { freshNumber, type Answer, type Api } from '../support/api.js';
import { eventsOf } from '../support/events.js';
import { Gateway } from '../support/gateway.js';
import { RedisProxy } from '../support/redis-proxy.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

const PROFILES = {
  'shop/rotating': { defaults: { resend: 'rotate' }, channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] },
};

let redis: TestRedis;
let proxy: RedisProxy;
let gateway: Gateway;
let service: Service;
let keys = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  proxy = await RedisProxy.start(redis);
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url) }, { profiles: PROFILES });
  service = await Service.start({ redisUrl: proxy.url, config });
  // Redis knows the scripts: so each is called by its hash, also the first time.
  for (const name of ['start', 'check', 'cancel', 'continue', 'apply']) {
    await redis.client.script('LOAD', loadScript(name).source);
  }
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await proxy.stop();
  await redis.stop();
});

const api = (): Api => service.as(LIVE_KEY);

const effects = () => redis.client.keys('pl:{??}:i:*').then((found) => found.length);

/** The process is killed when the script has had its effect and before anybody knows; then the same call comes again. */
async function repeatedAfterKill(script: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'idempotency-key': `lost-${++keys}` };
  const before = await effects();
  proxy.muteAfter(loadScript(script).sha);
  const lost = api()
    .request('POST', path, body, headers)
    .catch(() => undefined);
  await until('the effect', async () => (await effects()) > before);
  await service.child.end('SIGKILL');
  proxy.muteAfter(undefined);
  const first = await lost;
  // Unless the service gave up waiting for Redis before it was killed, nobody has answered.
  expect([undefined, 503]).toContain(first?.status);
  service = await service.restart();
  // Its lease runs out.
  for (const key of await redis.client.keys('pl:{i:*}')) await redis.client.hdel(key, 'until');
  const answer = await api().request('POST', path, body, headers);
  const again = await api().request('POST', path, body, headers);
  expect([again.status, again.text]).toEqual([answer.status, answer.text]);
  return answer;
}

const sendsOf = async (id: string) => (await api().read(id)).body.sends.made;

describe('a SIGKILL between the effect of a call and its answer: the same call again', () => {
  it('gives the verification that it has started, and sends no second message', async () => {
    const to = freshNumber();
    const body = { to, channels: [{ channel: 'sms' }], metadata: { a: 'b' } };
    const { status, body: view } = await repeatedAfterKill('start', '/v1/verifications', body);
    expect([status, view.status, view.to, view.sends.made]).toEqual([201, 'pending', to, 1]);
    const message = await until('the message', () => gateway.to(to)[0]);
    expect(message.body.ref).toBe(`${view.id}-1`);
    await until('the events', async () => (await eventsOf(api(), view.id)).length === 2);
    expect(gateway.to(to)).toHaveLength(1);
    expect(await sendsOf(view.id)).toBe(1);
  });

  it('gives the approval, which would else be `already_approved`', async () => {
    const { id, code } = await startAndReceive(api(), gateway);
    const { body } = await repeatedAfterKill('check', `/v1/verifications/${id}/check`, { code });
    expect(body).toMatchObject({ id, result: 'approved', valid: true, checks: { made: 1, left: 0 } });
    expect((await api().check(id, code)).body.result).toBe('already_approved');
    await until('the event', async () => (await eventsOf(api(), id)).at(-1)?.type === 'verification.approved');
  });

  it('gives what it has canceled', async () => {
    const { id } = (await api().start(freshNumber())).body;
    const { status, body } = await repeatedAfterKill('cancel', `/v1/verifications/${id}/cancel`);
    expect([status, body.status]).toEqual([200, 'canceled']);
  });

  it('gives what it has continued, and sends its code once more, not twice', async () => {
    const { id, to } = await startAndReceive(api(), gateway);
    const body = { to, channels: [{ channel: 'sms' }] };
    const answer = await repeatedAfterKill('continue', '/v1/verifications', body);
    expect([answer.status, answer.body.id]).toEqual([200, id]);
    await until('the second message', () => gateway.to(to).length >= 2);
    expect(await sendsOf(id)).toBe(2);
  });

  it.each([
    ['the next step', 'apply', 0],
    ['the last step again, with a new code', 'continue', 1],
  ])('gives %s once', async (_, script, steps) => {
    const to = freshNumber();
    const { id } = (await api().start(to, { profile: 'rotating', channels: undefined })).body;
    const settled = async () => (await api().read(id)).body.attempts.at(-1)?.status === 'sent';
    const next = `/v1/verifications/${id}/next`;
    await until('the first message', settled);
    for (let i = 0; i < steps; i++) {
      await api().post(next);
      await until(
        'the step before',
        async () => (await settled()) && (await api().read(id)).body.attempts.length === 2,
      );
    }
    const { status, body } = await repeatedAfterKill(script, next);
    expect([status, body.id, body.sends.made]).toEqual([200, id, steps + 2]);
    await until('its message', () => gateway.to(to).length === steps + 2);
    expect(await sendsOf(id)).toBe(steps + 2);
  });
});
