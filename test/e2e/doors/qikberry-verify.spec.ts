import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wrongFor } from '../../support/api.js';
import { pass, report } from '../../support/failover.js';
import { behaviours } from '../../support/gateway.js';
import { freshDigits, OpenDoors, type Platform } from '../../support/platform-door.js';
import { OTHER_KEY, READ_KEY } from '../../support/service.js';
import { tally } from '../../support/started.js';
import { until } from '../../support/wait.js';

let doors: OpenDoors;
let api: Platform;

beforeAll(async () => {
  doors = await OpenDoors.start();
  api = doors.as();
});

afterAll(() => doors.stop());

async function sent(channels?: Record<string, unknown>[], payload?: Record<string, unknown>) {
  const to = freshDigits();
  const { body, text } = await api.send(to, channels, payload);
  const first = await doors.message(body.id, to);
  return { id: body.id, to, first, code: first.body.code!, text };
}

describe('verify/send with an Idempotency-Key', () => {
  it('happens once for each Idempotency-Key, as at the native API', async () => {
    const to = freshDigits();
    const body = { channels: [{ name: 'sms', recipient: { to } }], payload: { foreign_id: `of ${to}` } };
    const send = () => api.request('POST', 'verify/send', body, { 'idempotency-key': to });
    const first = await send();
    await doors.message(first.body.id, to);
    expect((await send()).text).toBe(first.text);
    expect((await doors.native.read(first.body.id)).body.sends.made).toBe(1);
    // What tells of the person ends with the number.
    expect((await doors.native.post('/v1/erasures', { to: `+${to}` })).status).toBe(200);
    expect((await send()).body).toEqual({ ...first.body, foreign_id: null });
  });
});

describe('verify/check', () => {
  it('D1 says success to the right code', async () => {
    const { id, code } = await sent();
    const { status, body } = await api.get(`verify/check/${id}/${code}`);
    expect([status, body]).toEqual([200, { id, status: 'success' }]);
  });

  it('D2 says invalid to a wrong one, and the right one may follow', async () => {
    const { id, code } = await sent();
    for (const wrong of [wrongFor(code), 'x', '12345678901234567890', '%20']) {
      const { status, body } = await api.get(`verify/check/${id}/${wrong}`);
      expect([status, body]).toEqual([200, { id, status: 'invalid' }]);
    }
    expect(await api.check(id, code)).toBe('success');
  });

  it('D2 says failed to the right one after too many wrong ones', async () => {
    const { id, code } = await sent();
    for (let i = 1; i <= 5; i++) expect(await api.check(id, wrongFor(code, i))).toBe('invalid');
    expect(await api.check(id, code)).toBe('failed');
    expect((await api.search(id)).status).toBe('failed');
  });

  it('D3 says failed to an unknown id, and to another application’s', async () => {
    const { id, code } = await sent();
    for (const unknown of [randomUUID(), '7']) {
      const { status, body } = await api.get(`verify/check/${unknown}/123456`);
      expect([status, body]).toEqual([200, { id: unknown, status: 'failed' }]);
    }
    expect(await doors.as(OTHER_KEY).check(id, code)).toBe('failed');
    expect(await api.check(id, code)).toBe('success');
  });

  it('knows an id in capital letters, and gives it back so', async () => {
    const [one, other] = [await sent(), await sent()];
    const [id, cancelled] = [one.id.toUpperCase(), other.id.toUpperCase()];
    expect(await api.search(id)).toMatchObject({ id, status: 'sent', channels: [{ id: `${one.id}-1` }] });
    expect((await api.get(`verify/check/${id}/${one.code}`)).body).toEqual({ id, status: 'success' });
    expect((await api.get(`verify/cancel/${cancelled}`)).body).toEqual({ id: cancelled, status: 'success' });
    expect((await doors.native.read(other.id)).body.status).toBe('canceled');
  });

  it('D4 says expired when its time is over', async () => {
    const { id, code } = await sent(undefined, { timeout: 30 });
    await pass(doors.redis, id, 30_000);
    expect(await api.check(id, code)).toBe('expired');
    expect((await api.search(id)).status).toBe('expired');
  });

  it('D5 says success once', async () => {
    const { id, code } = await sent();
    const parallel = await Promise.all(Array.from({ length: 10 }, () => api.check(id, code)));
    expect(tally(parallel)).toEqual({ success: 1, 'OTP already verified': 9 });
    expect(await api.check(id, code)).toBe('OTP already verified');
  });

  it('D6 is for those who have a key', async () => {
    const { id, code } = await sent();
    const stranger = await doors.as('').get(`verify/check/${id}/${code}`);
    expect([stranger.status, stranger.body.status]).toEqual([401, 'Unauthenticated']);
    expect(stranger.body.message).toContain('Unauthenticated');
    expect((await doors.as('no_key_of_anybody').get(`verify/check/${id}/${code}`)).status).toBe(401);
    expect(await api.check(id, code)).toBe('success');
  });

  it.each(['sms', 'whatsapp', 'voice', 'viber', 'rcs'])('D8 is the same for a code that came by %s', async (name) => {
    const { id, code } = await sent([{ name }]);
    expect(await api.check(id, code)).toBe('success');
  });
});

describe('verify/search', () => {
  it('D9 shows the verification with its channels', async () => {
    const { id, to, first } = await sent([{ name: 'sms', from: 'VERIFY' }], { foreign_id: 'order-42' });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as unknown;
    expect(await api.search(id)).toEqual({
      id,
      to,
      reference: 'order-42',
      status: 'sent',
      created_at: time,
      expire_at: time,
      channels: [
        {
          id: `${id}-1`,
          to,
          from: 'VERIFY',
          channel: 'sms',
          event_id: `m-${first.body.ref!}`,
          created_at: time,
          status: 'sent',
        },
      ],
    });
    expect((await api.get(`verify/search/${randomUUID()}`)).body).toMatchObject({ status: 'ERROR', code: 404 });
    expect((await doors.as(OTHER_KEY).get(`verify/search/${id}`)).status).toBe(404);
  });

  it('D9 shows a part of the number to keys that may not see it', async () => {
    const { id, to } = await sent();
    const masked = (await doors.as(READ_KEY).search(id)).to;
    expect(masked).toMatch(/^14\*+\d\d$/);
    expect(masked).not.toBe(to);
  });

  it('D10 shows how far it is', async () => {
    const { id, first, code } = await sent();
    await report(first, 'DELIVRD');
    await until('the report', async () => (await api.search(id)).channels[0]?.status === 'delivered');
    expect(await api.check(id, code)).toBe('success');
    expect((await api.search(id)).status).toBe('success');
  });

  it('D10 says failed once every channel has, in whatever order that is known', async () => {
    const { id, to, first } = await sent([{ name: 'sms', wait: 60 }, { name: 'whatsapp' }]);
    doors.gateway.behaviour = behaviours.answers(500);
    await pass(doors.redis, id, 60_000);
    await until('the refusal', async () => (await api.search(id)).channels[1]?.status === 'failed');
    doors.gateway.behaviour = behaviours.accepts;
    expect((await api.search(id)).status).toBe('sent');
    await report(first, 'UNDELIV');
    await until('the report', async () => (await api.search(id)).channels[0]?.status === 'failed');
    expect((await api.search(id)).status).toBe('failed');
    // A channel that is tried again is no failure.
    expect((await api.send(to)).body.id).toBe(id);
    expect((await api.search(id)).status).toBe('sent');
  });

  it('D12 never shows the code, nor does a send', async () => {
    const { id, code, text } = await sent(undefined, { length: 10 });
    const search = await api.get(`verify/search/${id}`);
    for (const answer of [text, search.text]) expect(answer).not.toContain(code);
  });
});

describe('verify/cancel', () => {
  it('D11 ends it, once', async () => {
    const { id, code } = await sent();
    expect((await api.get(`verify/cancel/${id}`)).body).toEqual({ id, status: 'success' });
    expect(await api.check(id, code)).toBe('failed');
    expect((await api.search(id)).status).toBe('cancelled');
    for (const other of [id, randomUUID()]) {
      expect((await api.get(`verify/cancel/${other}`)).body).toEqual({ id: other, status: 'failed' });
    }
  });
});

describe('a verification that one door has started', () => {
  it('is the same at the other doors and at the native API', async () => {
    const { id, to } = await sent([{ name: 'sms', wait: 60 }, { name: 'whatsapp' }], { foreign_id: 'order-43' });
    const native = (await doors.native.read(id)).body;
    expect(native).toMatchObject({ id, to: `+${to}`, reference: 'order-43', status: 'pending', delivery: 'sent' });
    const found = await api.search(id);
    expect(found).toEqual(await doors.as(undefined, 'bics').search(id));
    expect(found.channels.map(({ id: attempt }) => attempt)).toEqual(native.attempts.map(({ id: attempt }) => attempt));
    for (const [time, its] of [
      [native.created_at, found.created_at],
      [native.expires_at, found.expire_at],
    ] as const) {
      expect(its).toBe(time.slice(0, 19).replace('T', ' '));
    }
    expect((await doors.native.get('/v1/verifications?reference=order-43')).body.data[0]?.id).toBe(id);
  });

  it('is approved once, whichever doors are asked at a time', async () => {
    const { id, code } = await sent();
    const bics = doors.as(undefined, 'bics');
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => [
        await api.check(id, code),
        await bics.check(id, code),
        (await doors.native.check(id, code)).body.result,
      ]),
    );
    const good = results.flat().filter((result) => result === 'success' || result === 'approved');
    expect(good).toHaveLength(1);
  });
});
