import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, ADMIN_KEY } from '../support/admin.js';
import { freshNumber } from '../support/api.js';
import { failoverConfiguration, messageOf, next, report, reportingAccount } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { freePort } from '../support/ports.js';
import { TestRedis } from '../support/redis.js';
import { make } from '../support/settings-api.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, SECRET, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

const NEW_SECRET = randomBytes(32).toString('base64');

describe('while the secret rotates', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  /** Processes that have not restarted yet, that can read the new secret, that write with it, and that find with it, too. */
  let before: Service;
  let reading: Service;
  let writing: Service;
  let finding: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    const config = configuration({ gateway: httpAccount(gateway.url) });
    const start = (role: string, secrets: string[]) =>
      Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ROLE: role, PASSLANE_SECRET: secrets.join() } });
    [before, reading, writing, finding] = await Promise.all([
      start('api', [SECRET]),
      start('all', [SECRET, NEW_SECRET, SECRET]),
      start('api', [NEW_SECRET, SECRET]),
      start('api', [NEW_SECRET, SECRET, NEW_SECRET]),
    ]);
  });

  afterAll(async () => {
    for (const service of [before, reading, writing, finding]) await service.stop();
    await gateway.stop();
    await redis.stop();
  });

  /** Started at one process, sent by the one that sends. */
  async function started(at: Service): Promise<{ id: string; to: string; code: string }> {
    const to = freshNumber();
    const { id } = (await at.as(LIVE_KEY).start(to)).body;
    const message = await until('the message', () => gateway.to(to)[0]);
    return { id, to, code: message.body.code! };
  }

  it.each([
    ['the old secret, and one that can read the new', () => [before, reading] as const],
    ['the new secret, and one that can read it', () => [writing, reading] as const],
    ['and finds with the new secret, and one that can read it', () => [finding, reading] as const],
    ['and finds with the new secret, and one that finds with the old', () => [finding, writing] as const],
  ])('processes work side by side: one that writes with %s', async (_what, both) => {
    for (const [first, second] of [both(), both().toReversed() as [Service, Service]]) {
      const { id, to, code } = await started(first);
      expect((await second.as(LIVE_KEY).start(to)).body).toMatchObject({ id, sends: { made: 2 } });
      expect((await second.as(LIVE_KEY).check(id, code)).body.result).toBe('approved');
    }
  });

  it('a check of what cannot be read is 503 and does not count', async () => {
    const { id, code } = await started(writing);
    expect(await before.as(LIVE_KEY).check(id, code)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await writing.as(LIVE_KEY).check(id, code)).body).toMatchObject({
      result: 'approved',
      checks: { made: 1 },
    });
  });
});

describe('from the old secret to the new one', () => {
  const PAYMENT = { amount: '12.50', currency: 'EUR', payee: 'Shop' };
  const BLOCKED = '+4915112345678';
  /** The one process, and how it is restarted with other secrets. */
  let service: Service;
  let restart: (secrets: string[]) => Promise<void>;
  let receiver: Gateway;
  let store: TestRedis;

  beforeAll(async () => {
    store = await TestRedis.start();
    receiver = await Gateway.start();
    const port = await freePort();
    const config = failoverConfiguration({ gateway: reportingAccount(receiver) });
    const start = (secrets: string[]) =>
      Service.start({
        redisUrl: store.url,
        config,
        port,
        env: {
          PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}`,
          PASSLANE_SECRET: secrets.join(),
          PASSLANE_ADMIN_KEY: ADMIN_KEY,
        },
      });
    restart = async (secrets) => {
      await service.stop();
      service = await start(secrets);
    };
    service = await start([SECRET]);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.stop();
    await store.stop();
  });

  /** A verification that has been sent, and what can be asked about it later. */
  async function person() {
    const to = freshNumber();
    const reference = `order of ${to}`;
    const body = { to, channels: [{ channel: 'sms', wait: 900 }], reference };
    const call = { 'idempotency-key': `start-${to}` };
    const start = () => service.as(LIVE_KEY).request('POST', '/v1/verifications', body, call);
    const first = await start();
    const { id } = first.body;
    const message = await messageOf(receiver, service.as(LIVE_KEY), id, to, 1);
    return { to, reference, start, first, id, message };
  }

  async function expectKnown({ to, reference, start, first, id, message }: Awaited<ReturnType<typeof person>>) {
    const api = service.as(LIVE_KEY);
    const again = await start();
    expect([again.status, again.text]).toEqual([201, first.text]);
    for (const [name, value] of Object.entries({ to, reference })) {
      const { data } = (await api.get(`/v1/verifications?${name}=${encodeURIComponent(value)}`)).body;
      expect([name, data.map((one) => one.id)]).toEqual([name, [id]]);
    }
    expect((await report(message, 'DELIVRD')).status).toBe(200);
    expect((await api.read(id)).body).toMatchObject({ to, reference, delivery: 'delivered' });
    expect((await api.check(id, message.body.code!)).body.result).toBe('approved');
    const erased = await api.post('/v1/erasures', { to });
    expect(erased.body).toMatchObject({ verifications: 1, messages: 1 });
    expect((await api.read(id)).status).toBe(404);
    expect(receiver.to(to)).toHaveLength(1);
  }

  it('nobody is lost on the way, nor what stands on lists, nor a key', async () => {
    const early = await person();
    const test = service.as(TEST_KEY);
    const inTest = freshNumber();
    await test.start(inTest);
    const inbox = async () =>
      (await service.as(TEST_KEY).get(`/v1/sandbox/messages?to=${encodeURIComponent(inTest)}`)).body.data;
    await until('the sandbox', async () => (await inbox()).length === 1);

    const paying = freshNumber();
    const payment = { channels: [{ channel: 'sms', wait: 900 }], transaction: PAYMENT };
    const { id } = (await service.as(LIVE_KEY).start(paying, payment)).body;
    await messageOf(receiver, service.as(LIVE_KEY), id, paying, 1);

    // Of these nobody hears anything until the old secret has gone.
    const admin = new Admin(service);
    const { token } = await admin.key(await admin.application('Quiet'), { scopes: ['verifications', 'profiles'] });
    await make(service.as(OTHER_KEY), '/v1/lists', { list: 'block', kind: 'number', value: BLOCKED });
    await make(service.as(token), '/v1/lists', { list: 'block', kind: 'number', value: BLOCKED });

    await restart([SECRET, NEW_SECRET, SECRET]);
    await restart([NEW_SECRET, SECRET, NEW_SECRET]);
    await until('the lists to be rewritten', () => service.log.includes('written with the secrets of now'));
    await expectKnown(early);
    expect(await inbox()).toHaveLength(1);
    const api = service.as(LIVE_KEY);
    const again = await api.start(paying, payment);
    expect([again.status, again.body]).toMatchObject([200, { id, sends: { made: 2 } }]);
    await messageOf(receiver, api, id, paying, 2);
    expect((await next(api, id)).body).toMatchObject({ id, sends: { made: 3 } });
    const code = (await messageOf(receiver, api, id, paying, 3)).body.code!;
    expect((await api.check(id, code, { transaction: PAYMENT })).body.result).toBe('approved');
    expect((await service.as(TEST_KEY).post('/v1/erasures', { to: inTest })).body).toMatchObject({
      verifications: 1,
      sandbox_messages: 1,
    });

    // What is older than this has had its time when the old one goes.
    const late = await person();
    await restart([NEW_SECRET]);
    await expectKnown(late);
    for (const key of [OTHER_KEY, token]) {
      const { status, body } = await service.as(key).start(BLOCKED);
      expect([status, body.code]).toEqual([403, 'blocked']);
    }
    expect(await service.wholeLog()).not.toContain('PASSLANE_SECRET');
  }, 180_000);
});
