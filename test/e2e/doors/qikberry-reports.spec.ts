import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { report } from '../../support/failover.js';
import { behaviours } from '../../support/gateway.js';
import { freshDigits, type PlatformAnswer } from '../../support/platform-door.js';
import { DELIVERED, Hooks } from '../../support/platform-webhooks.js';
import { OTHER_KEY, READ_KEY, TEST_KEY } from '../../support/service.js';
import { until } from '../../support/wait.js';

type Json = Record<string, unknown>;

let hooks: Hooks;

beforeAll(async () => {
  hooks = await Hooks.start();
});

afterAll(() => hooks.stop());

function expectRefused({ status, body }: PlatformAnswer, field: string): void {
  expect([status, body.message]).toEqual([422, expect.stringContaining(`${field}: `) as unknown]);
}

describe('developer/subscriptions', () => {
  it('H4 say what a webhook is told of', async () => {
    const [hook, control] = [await hooks.webhook({}, []), await hooks.webhook()];
    const body = { event: DELIVERED, identity: 'all', webhook_id: hook.id };
    const made = await hooks.api.post('developer/subscriptions', body);
    expect(made.body).toMatchObject({ message: 'Subscription Saved Successfully', data: body });
    const { id } = made.body.data;
    expect(Number.isInteger(id)).toBe(true);
    await hooks.reportAt(hook.path);

    expect((await hooks.api.get(`developer/subscriptions/${id}`)).body).toMatchObject({
      message: 'Subscription',
      data: { id },
    });
    const list = await hooks.api.get('developer/subscriptions?per_page=100');
    expect(list.body.message).toBe('Subscriptions List');
    expect(list.body.data.map((one) => one.id)).toEqual(expect.arrayContaining([id, Number(control.subscriptions[0])]));
    expect((await hooks.doors.as(OTHER_KEY).get(`developer/subscriptions/${id}`)).status).toBe(404);

    const deleted = await hooks.api.delete(`developer/subscriptions/${id}`);
    expect(deleted.body).toMatchObject({ message: 'Subscription Deleted Successfully', data: [] });
    expect((await hooks.api.get(`developer/subscriptions/${id}`)).status).toBe(404);
    await hooks.silence(hook.path, control.path);
  });

  it('H5 know the events of messages, and no others', async () => {
    const { id } = await hooks.webhook({}, []);
    const subscribe = (event: string, as = hooks.api, identity = 'all', webhook_id = id) =>
      as.post('developer/subscriptions', { event, identity, webhook_id });
    for (const event of ['sms:unsubscription', 'vmn:message:in', 'verification.sent', 'x']) {
      expectRefused(await subscribe(event), 'event');
    }
    expectRefused(await subscribe(DELIVERED, hooks.api, 'number:1'), 'identity');
    expectRefused(await subscribe(DELIVERED, hooks.api, 'all', 'wh_x'), 'webhook_id');
    expect((await subscribe('rcs:message:status')).status).toBe(200);
    expectRefused(await subscribe('rcs:message:status', hooks.doors.as(undefined, 'bics')), 'event');
  });

  it.each([
    ['sms', DELIVERED, { mobile: true, status: 'DELIVRD', custom: 'order-42' }],
    ['whatsapp', 'whatsapp:message:status', { channel: 'whatsapp', status: 'delivered', foreign_id: 'order-42' }],
    ['viber', 'viber:message:status', { channel: 'viber', status: 'delivered', foreign_id: 'order-42' }],
    ['rcs', 'rcs:message:status', { channel: 'rcs', status: 'delivered', foreign_id: 'order-42' }],
    ['voice', 'voice:message:out', { source: 'OBD', status: 'ANSWER', mid: 'order-42' }],
  ])('H5 tell of a message by %s as %s', async (name, event, fields) => {
    const { path } = await hooks.webhook({}, [event]);
    await hooks.reportAt(path, { foreign_id: 'order-42' }, [{ name, from: 'VERIFY' }]);
    const { json } = await until('its end', () => {
      const ends = hooks.receivedAt(path).filter(({ json: { payload } }) => payload.status !== 'sent');
      return ends[0];
    });
    expect(Object.keys(json)).toEqual(['event', 'payload']);
    const { mobile, ...words } = { mobile: false, ...fields };
    expect(json).toMatchObject({ event, payload: words });
    expect(json.payload[mobile ? 'mobile' : 'to']).toMatch(/^1415\d{7}$/);
    expect(json.payload.id).toMatch(/^m-/);
  });

  it('H5 tell what a message was sent from and its reference, also when a later one has others', async () => {
    const { path } = await hooks.webhook({}, ['whatsapp:message:status']);
    await hooks.reportAt(path, {}, [{ name: 'whatsapp' }]);
    const to = freshDigits();
    const send = (from: string, foreign_id?: string) =>
      hooks.api.send(to, [{ name: 'whatsapp', from }], { foreign_id });
    const { id } = (await send('FIRST', 'order-1')).body;
    const message = await hooks.doors.message(id, to);
    expect((await send('SECOND', 'order-2')).body.id).toBe(id);
    await hooks.doors.message(id, to, 2);
    await report(message, 'DELIVRD');
    const told = await until('its end', () =>
      hooks.receivedAt(path).find(({ json: { payload } }) => payload.to === to && payload.status === 'delivered'),
    );
    expect(told.json.payload).toMatchObject({ from: 'FIRST', foreign_id: 'order-1' });
    const later = hooks
      .receivedAt(path)
      .find(({ json: { payload } }) => payload.to === to && payload.from === 'SECOND');
    expect(later?.json.payload.foreign_id).toBe('order-2');
  });

  it('H5 tell of failures', async () => {
    const { path } = await hooks.webhook({}, [DELIVERED, 'whatsapp:message:status']);
    await hooks.reportAt(path);
    const to = freshDigits();
    const { body } = await hooks.api.send(to, [{ name: 'sms', wait: 60 }, { name: 'whatsapp' }]);
    await report(await hooks.doors.message(body.id, to), 'UNDELIV');
    await report(await hooks.doors.message(body.id, to, 2), 'UNDELIV');
    const failures = () => {
      const mine = hooks.receivedAt(path).filter(({ json: { payload } }) => (payload.mobile ?? payload.to) === to);
      return mine.map(({ json: { event, payload } }) => [event, payload.status]);
    };
    const failed = [
      ['sms:message:status', 'FAILED'],
      ['whatsapp:message:status', 'failed'],
    ];
    await until('both', () => failed.every((one) => failures().some((other) => String(other) === String(one))));
  });

  it('H5 show whole numbers only where the key that made the webhook may see them', async () => {
    const { path } = await hooks.webhook({}, [DELIVERED], hooks.doors.as(READ_KEY));
    const masked = await until(
      'a report',
      async () => {
        await hooks.delivered();
        return hooks.receivedAt(path)[0];
      },
      30_000,
    );
    expect(masked.json.payload.mobile).toMatch(/^14\*+\d\d$/);
  });
});

describe('a webhook of a test key', () => {
  const PAYLOAD = { foreign_id: 'order-42' };
  const reportOf = (path: string, to: RegExp) =>
    until('a report', () => hooks.receivedAt(path).find(({ json: { payload } }) => to.test(payload.mobile ?? '')));

  it('is told nothing of people, but of what test keys send', async () => {
    const tester = hooks.doors.as(TEST_KEY);
    const { path } = await hooks.webhook({}, [DELIVERED], tester);
    const live = await until(
      'one of a person',
      async () => {
        await hooks.delivered(PAYLOAD);
        return hooks.receivedAt(path)[0];
      },
      30_000,
    );
    expect(live.json.payload.mobile).toMatch(/^14\*+\d\d$/);
    expect(live.json.payload.custom).toBe('');
    const to = freshDigits();
    await tester.send(to, undefined, PAYLOAD);
    expect((await reportOf(path, new RegExp(to))).json.payload.custom).toBe('order-42');
  });

  it('is also one whose address a test key has changed', async () => {
    const hook = await hooks.webhook();
    const path = `${hook.path}/of-a-test`;
    const body = { url: hooks.receiver.url + path };
    const { status } = await hooks.doors.service.as(TEST_KEY).request('PATCH', `/v1/webhooks/${hook.id}`, body);
    expect(status).toBe(200);
    const told = await until('a report', async () => {
      await hooks.delivered(PAYLOAD);
      return hooks.receivedAt(path)[0];
    });
    expect([told.json.payload.mobile, told.json.payload.custom]).toEqual([expect.stringMatching(/^14\*+\d\d$/), '']);
  });
});

describe('a report', () => {
  it('H7 must be taken within three seconds', async () => {
    const hook = await hooks.webhook();
    await hooks.reportAt(hook.path);
    hooks.at.set(hook.path, behaviours.hangs);
    const to = await hooks.delivered();
    await until('the first call', () => hooks.about(hook.path, to));
    const { entry } = await hooks.waiting(hook.id);
    const log = (await hooks.doors.native.get(`/v1/webhooks/${hook.id}/deliveries`)).body.data as unknown as Json[];
    expect(log[0]).toMatchObject({ outcome: 'failed', status: null, attempt: 1 });
    expect(Number(log[0]?.ms)).toBeGreaterThanOrEqual(2_900);
    hooks.at.delete(hook.path);
    await hooks.hurry(hook.id, entry);
    const calls = () => hooks.receivedAt(hook.path).filter(({ json: { payload } }) => payload.mobile === to);
    await until('the second call', () => calls().length === 2);
    expect(calls()[1]?.text).toBe(calls()[0]?.text);
  });

  it('H8 is tried three times, after 10 and 100 seconds', async () => {
    const hook = await hooks.webhook();
    await hooks.reportAt(hook.path);
    hooks.at.set(hook.path, behaviours.answers(503));
    const to = await hooks.delivered();
    const calls = () => hooks.receivedAt(hook.path).filter(({ json: { payload } }) => payload.mobile === to);
    for (const [made, least] of [
      [1, 10_000],
      [2, 100_000],
    ] as const) {
      const call = await until(`call ${made}`, () => calls()[made - 1]);
      const { entry, due } = await hooks.waiting(hook.id);
      expect(due - call.at).toBeGreaterThanOrEqual(least);
      // A tenth more, and time for a machine that is busy with other things.
      expect(due - call.at).toBeLessThan(least * 1.1 + 8_000);
      await hooks.hurry(hook.id, entry);
    }
    await until('the third call', () => calls().length === 3);
    const dead = (): Promise<Json[]> =>
      hooks.doors.native.get(`/v1/webhooks/${hook.id}/dead-letters`).then(({ body }) => body.data as unknown as Json[]);
    await until('its end', async () => (await dead()).length === 1);
    expect((await dead())[0]).toMatchObject({ attempts: 3 });
    expect(await hooks.doors.redis.client.zcard(`pl:{ev:shop}:wr:${hook.id}`)).toBe(0);
    expect(calls()).toHaveLength(3);
  });

  it('whose receiver repeats it leaves nothing of it behind', async () => {
    const { id, path } = await hooks.webhook();
    hooks.at.set(path, ({ text }, response) => {
      response.writeHead(500).end(text);
    });
    const told = await hooks.reportAt(path);
    await hooks.waiting(id);
    const log = (await hooks.doors.native.get(`/v1/webhooks/${id}/deliveries`)).body.data as unknown as Json[];
    expect(log[0]).toMatchObject({ outcome: 'failed', status: 500, answer: null });
    const held = (await hooks.doors.redis.dump()).map(({ value }) => value).join();
    expect(held).not.toContain(told.json.payload.mobile);
    hooks.at.delete(path);
  });

  it('H9 is signed with the id of the webhook', async () => {
    const { id, path } = await hooks.webhook();
    const { headers, text } = await hooks.reportAt(path);
    expect(headers.signature).toBe(createHmac('sha256', id).update(text).digest('hex'));
    expect(headers['webhook-signature']).toBeUndefined();
  });

  it('H10 brings the secret, if there is one', async () => {
    const [one, none] = [await hooks.webhook({ secret: 's3cret' }), await hooks.webhook()];
    expect((await hooks.reportAt(one.path)).headers.authorization).toBe('Bearer s3cret');
    expect((await hooks.reportAt(none.path)).headers.authorization).toBeUndefined();
    const held = (await hooks.doors.redis.dump()).map(({ value }) => value).join();
    expect(held).not.toContain('s3cret');
    expect(await hooks.doors.service.wholeLog()).not.toContain('s3cret');
  });
});
