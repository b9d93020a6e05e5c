import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Verification } from '../support/api.js';
import { failoverConfiguration, messageOf, pass, report, reportingAccount } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  service = await Service.start({
    redisUrl: redis.url,
    config: failoverConfiguration(
      { gateway: reportingAccount(gateway) },
      {
        profiles: {
          'shop/sent': { channels: [{ channel: 'sms', confirm_on: 'sent' }, { channel: 'whatsapp' }] },
          'shop/read': { channels: [{ channel: 'whatsapp', confirm_on: 'read' }, { channel: 'sms' }] },
        },
      },
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

const THREE = [
  { channel: 'sms', wait: 20 },
  { channel: 'whatsapp', wait: 30 },
  { channel: 'voice', wait: 60 },
];
/** Nominally half a second; the rest is for a machine that is busy with other things. */
const AT_ONCE_MS = 1_500;

async function started(body: Record<string, unknown> = { channels: THREE }) {
  const api = service.as(LIVE_KEY);
  const to = freshNumber();
  const answer = await api.post('/v1/verifications', { to, ...body });
  expect(answer.status).toBe(201);
  const { id } = answer.body;
  const first = await messageOf(gateway, api, id, to, 1);
  return {
    api,
    to,
    id,
    first,
    view: async (): Promise<Verification> => (await api.read(id)).body,
    message: (n: number) => messageOf(gateway, api, id, to, n),
    /** Lets time pass until just before the next step is due, sees that nothing starts, then lets it start. */
    wait: async (seconds: number, n: number) => {
      await pass(redis, id, seconds * 1_000 - 10_000);
      await sleep(150);
      expect(gateway.to(to)).toHaveLength(n - 1);
      await pass(redis, id, 10_000);
      return messageOf(gateway, api, id, to, n);
    },
    /** Nothing more comes, however long one waits. */
    isQuiet: async (messages: number) => {
      for (const ms of [0, 20_000, 60_000, 60_000]) {
        await pass(redis, id, ms);
        await sleep(150);
        expect(gateway.to(to)).toHaveLength(messages);
      }
    },
  };
}

describe('three steps and a vendor that says nothing', () => {
  it('are sent at 0, after the first wait, after both; then it expires as sent, and nothing follows', async () => {
    const { id, to, view, wait, isQuiet } = await started();
    const one = await view();
    expect(one).toMatchObject({ delivery: 'sent', channel: 'sms', next_channel: 'whatsapp' });
    expect(Date.parse(one.next_at!) - Date.parse(one.attempts[0]!.sent_at!)).toBe(20_000);

    expect((await wait(20, 2)).body.channel).toBe('whatsapp');
    const two = await view();
    expect(Date.parse(two.next_at!) - Date.parse(two.attempts[1]!.sent_at!)).toBe(30_000);
    expect((await wait(30, 3)).body.channel).toBe('voice');
    const three = await view();
    expect(three).toMatchObject({
      status: 'pending',
      delivery: 'sent',
      channel: 'voice',
      next_channel: null,
      next_at: null,
    });
    expect(new Set(gateway.to(to).map(({ body }) => body.code)).size).toBe(1);
    expect(gateway.to(to).map(({ body }) => body.ref)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`]);

    await pass(redis, id, 240_000);
    await sleep(150);
    expect((await view()).status).toBe('pending');
    await pass(redis, id, 10_000);
    const ended = async () => (await redis.client.hget(`pl:{${id.slice(-2)}}:v:${id}`, 'status')) === 'expired';
    await until('the end by itself', ended);
    expect(await view()).toMatchObject({ status: 'expired', delivery: 'sent', next_at: null });
    await isQuiet(3);
  });

  it('start in real time neither early nor late', async () => {
    const { to, view } = await started({ channels: [{ channel: 'sms', wait: 5 }, { channel: 'voice' }] });
    const due = Date.parse((await view()).next_at!);
    const second = await until('the second message', () => gateway.to(to)[1]);
    expect(second.at).toBeGreaterThanOrEqual(due);
    expect(second.at - due).toBeLessThan(1_000);
    const { attempts } = await view();
    expect(Date.parse(attempts[1]!.queued_at)).toBe(due);
  });

  it('starts no step that its life has no room for', async () => {
    const { id, view, isQuiet } = await started({
      ttl: 30,
      channels: [{ channel: 'sms', wait: 60 }, { channel: 'voice' }],
    });
    await pass(redis, id, 30_000);
    await until('the end', async () => (await view()).status === 'expired');
    await isQuiet(1);
  });
});

describe('a receipt', () => {
  it('that the first step failed starts the second at once', async () => {
    const { id, first, to, view, message } = await started();
    await pass(redis, id, 2_000);
    const reported = Date.now();
    expect((await report(first, 'UNDELIV')).status).toBe(200);
    const second = await until('the second message', () => gateway.to(to)[1], AT_ONCE_MS);
    expect(second.at - reported).toBeLessThan(AT_ONCE_MS);
    await message(2);
    const { attempts, delivery, next_channel } = await view();
    expect(attempts[0]).toMatchObject({ status: 'failed', provider_status: 'UNDELIV', error: { code: 'UNDELIV' } });
    expect({ delivery, next_channel }).toEqual({ delivery: 'sent', next_channel: 'voice' });
  });

  it('that every step failed leaves nothing to wait for', async () => {
    const { view, first, message, isQuiet } = await started({ channels: THREE.slice(0, 2) });
    await report(first, 'UNDELIV');
    await report(await message(2), 'REJECTD');
    expect(await view()).toMatchObject({ status: 'pending', delivery: 'undelivered', next_at: null });
    await isQuiet(2);
  });

  it('that the first step was delivered ends the plan', async () => {
    const { first, view, isQuiet } = await started();
    await report(first, 'DELIVRD');
    const confirmed = await view();
    expect(confirmed).toMatchObject({ status: 'pending', delivery: 'delivered', next_channel: null, next_at: null });
    expect(confirmed.attempts).toMatchObject([{ status: 'delivered', delivered_at: expect.any(String) }]);
    await isQuiet(1);
  });

  it('of a late success while a later step waits its turn: that step is not sent', async () => {
    const { first, view, wait, isQuiet } = await started();
    await wait(20, 2);
    expect((await view()).next_channel).toBe('voice');
    await report(first, 'DELIVRD');
    expect(await view()).toMatchObject({ delivery: 'delivered', next_channel: null, next_at: null });
    await isQuiet(2);
  });

  it('of a late failure of a superseded step changes only the record', async () => {
    const { first, view, wait } = await started();
    await wait(20, 2);
    const before = await view();
    await report(first, 'UNDELIV');
    const after = await view();
    expect(after.attempts[0]).toMatchObject({ status: 'failed', failed_at: expect.any(String) });
    const attempts = [after.attempts[0], ...before.attempts.slice(1)];
    expect(after).toEqual({ ...before, attempts });
  });

  it.each(['approved', 'canceled'])('after the verification was %s starts nothing', async (end) => {
    const { api, id, first, view, isQuiet } = await started();
    await pass(redis, id, 3_000);
    if (end === 'approved') expect((await api.check(id, first.body.code!)).body.result).toBe('approved');
    else await api.cancel(id);
    expect(await view()).toMatchObject({ status: end, next_channel: null, next_at: null });
    await report(first, 'UNDELIV');
    await isQuiet(1);
    expect((await view()).attempts).toMatchObject([{ status: 'failed' }]);
  });
});

describe('confirm_on', () => {
  it('sent: the vendor’s acceptance is enough', async () => {
    const { first, view, isQuiet } = await started({ profile: 'sent' });
    expect(await view()).toMatchObject({ delivery: 'sent', next_at: null });
    await report(first, 'UNDELIV');
    await isQuiet(1);
  });

  it('read: delivery is not enough, and stays on the record; reading is', async () => {
    const { id, first, view, wait } = await started({ profile: 'read' });
    await report(first, 'DELIVRD');
    expect(await view()).toMatchObject({ delivery: 'delivered', next_channel: 'sms' });
    await wait(30, 2);
    expect(await view()).toMatchObject({
      delivery: 'delivered',
      attempts: [{ status: 'delivered' }, { status: 'sent' }],
    });

    const other = await started({ profile: 'read' });
    await report(other.first, 'READ');
    expect(await other.view()).toMatchObject({ delivery: 'delivered', next_at: null, attempts: [{ status: 'read' }] });
    await other.isQuiet(1);
    expect(other.id).not.toBe(id);
  });
});

describe('refusals', () => {
  it('of one step after the other go through the plan at once', async () => {
    gateway.behaviour = (received, response) => {
      if (received.body.channel === 'voice') behaviours.accepts(received, response);
      else behaviours.answers(422)(received, response);
    };
    const { to, view } = await started();
    await until('all three', () => gateway.to(to).length === 3, AT_ONCE_MS);
    await until('the record', async () => (await view()).delivery === 'sent');
    expect((await view()).attempts).toMatchObject([{ status: 'failed' }, { status: 'failed' }, { status: 'sent' }]);
  });

  it('without an answer wait for a receipt as long as the step has', async () => {
    gateway.behaviour = behaviours.hangsUp;
    const { id, first, to, view, wait } = await started();
    expect(await view()).toMatchObject({ delivery: 'sent', attempts: [{ status: 'maybe_sent' }] });
    gateway.behaviour = behaviours.accepts;
    await wait(20, 2);
    await report(first, 'DELIVRD');
    expect(await view()).toMatchObject({ delivery: 'delivered', next_at: null });
    await pass(redis, id, 30_000);
    await sleep(150);
    expect(gateway.to(to)).toHaveLength(2);
  });
});
