import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeKeyring } from '../../../src/codes/keyring.js';
import { makeCode } from '../../../src/codes/make-code.js';
import { freshNumber } from '../../support/api.js';
import { next, pass, report } from '../../support/failover.js';
import { behaviours } from '../../support/gateway.js';
import { freshDigits, OpenDoors, type PlatformAnswer, type Platform } from '../../support/platform-door.js';
import { SECRET } from '../../support/service.js';
import { until } from '../../support/wait.js';

let doors: OpenDoors;
let api: Platform;

beforeAll(async () => {
  doors = await OpenDoors.start();
  api = doors.as();
});

afterEach(() => {
  doors.gateway.behaviour = behaviours.accepts;
});

afterAll(() => doors.stop());

type Json = Record<string, unknown>;

/** Sends, and waits for the first message. */
async function sent(channels?: Json[], payload?: Json) {
  const to = freshDigits();
  const { status, body } = await api.send(to, channels, payload);
  expect([status, body.status]).toEqual([200, 'sent']);
  return { ...body, to, first: await doors.message(body.id, to) };
}

function expectRefused({ status, body }: PlatformAnswer, field: string): void {
  expect([status, body]).toEqual([
    422,
    { status: 'ERROR', code: 422, message: expect.stringContaining(`${field}: `) as unknown },
  ]);
}

const seconds = (from: string, until: string): number => (Date.parse(`${until}Z`) - Date.parse(`${from}Z`)) / 1_000;

const SMS_THEN_WHATSAPP = [
  { name: 'sms', order: 0, wait: 45 },
  { name: 'whatsapp', order: 1 },
];

/** Messages to a number by channel, in order. */
const channelsTo = (digits: string) => doors.gateway.to(`+${digits}`).map(({ body }) => body.channel);

describe('verify/send', () => {
  it('C1 by a profile, after its channels', async () => {
    const { body: profile } = await api.post('verify/profiles', { name: 'Login1' });
    await api.post(`verify/profiles/${profile.data.id}/channels`, {
      channels: [
        { name: 'sms', order: 1, template: 'Pin {token}' },
        { name: 'whatsapp', order: 0, wait: 45 },
      ],
    });
    const to = freshDigits();
    const payload = { foreign_id: 'order-42', timeout: 30 };
    const answer = await api.post('verify/omnichannel/send', { profile: 'Login1', recipient: { to }, payload });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        id: expect.any(String) as unknown,
        status: 'sent',
        foreign_id: 'order-42',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as unknown,
        expire_at: expect.any(String) as unknown,
      },
    ]);
    expect(seconds(answer.body.created_at, answer.body.expire_at)).toBe(30);
    await doors.message(answer.body.id, to);
    expect(channelsTo(to)).toEqual(['whatsapp']);

    const unnamed = await api.post('verify/omnichannel/send', { profile: 'Login1', recipient: { to: freshDigits() } });
    expect(seconds(unnamed.body.created_at, unnamed.body.expire_at)).toBe(120);
    const unknown = await api.post('verify/omnichannel/send', { profile: 'Login2', recipient: { to } });
    expectRefused(unknown, 'profile');
    expectRefused(
      await api.post('verify/omnichannel/send', { profile: 'Login1', recipient: { to: 'x' } }),
      'recipient.to',
    );
  });

  it('C2 over one channel of the request', async () => {
    const { id, first, ...body } = await sent();
    expect(body).toMatchObject({ status: 'sent', foreign_id: null });
    expect(first.body.text).toContain(first.body.code);
    expect(await api.check(id, first.body.code!)).toBe('success');
    expect((await api.send(freshDigits(), [])).status).toBe(422);
  });

  it('C3 with failover to the next channel, and the same code', async () => {
    doors.gateway.behaviour = (received, response) => {
      const behaviour = received.body.channel === 'sms' ? behaviours.answers(500) : behaviours.accepts;
      behaviour(received, response);
    };
    const { id, to, first } = await sent(SMS_THEN_WHATSAPP);
    const second = await doors.message(id, to, 2);
    expect([first.body.channel, second.body.channel]).toEqual(['sms', 'whatsapp']);
    expect(second.body.code).toBe(first.body.code);
    expect((await api.search(id)).channels).toMatchObject([
      { channel: 'sms', status: 'failed' },
      { channel: 'whatsapp', status: 'sent' },
    ]);
  });

  it('C4 in the order that `order` gives', async () => {
    const { first } = await sent([...SMS_THEN_WHATSAPP].reverse());
    expect(first.body.channel).toBe('sms');
    const faults = await api.send(freshDigits(), [
      { name: 'whatsapp', order: 1, from: 'x'.repeat(65) },
      { name: 'sms', order: 0 },
    ]);
    expectRefused(faults, 'channels.0.from');
  });

  it('C5 after the wait of each channel, 30 s where none is given', async () => {
    const { id, to } = await sent([{ name: 'sms' }, { name: 'whatsapp', wait: 20 }, { name: 'viber' }]);
    const before = (await doors.native.read(id)).body;
    const waits = Date.parse(before.next_at!) - Date.parse(before.attempts[0]!.sent_at!);
    expect(waits).toBe(30_000);
    await pass(doors.redis, id, 29_000);
    expect(channelsTo(to)).toHaveLength(1);
    await pass(doors.redis, id, 1_000);
    await doors.message(id, to, 2);
    const after = (await doors.native.read(id)).body;
    expect(Date.parse(after.next_at!) - Date.parse(after.attempts[1]!.sent_at!)).toBe(20_000);
    expectRefused(await api.send(freshDigits(), [{ name: 'sms', wait: 901 }]), 'channels.0.wait');
  });

  it('C6 until delivery is confirmed', async () => {
    const { id, to, first } = await sent(SMS_THEN_WHATSAPP);
    await report(first, 'DELIVRD');
    await until('the report', async () => (await api.search(id)).channels[0]?.status === 'delivered');
    expect((await doors.native.read(id)).body.next_at).toBeNull();
    expect(channelsTo(to)).toEqual(['sms']);
  });

  it('C7 at once when a report says that it failed', async () => {
    const { id, to, first } = await sent(SMS_THEN_WHATSAPP);
    await report(first, 'UNDELIV');
    await doors.message(id, to, 2);
    expect(channelsTo(to)).toEqual(['sms', 'whatsapp']);
    expect((await api.search(id)).channels).toMatchObject([{ status: 'failed' }, { status: 'sent' }]);
  });

  it('C8 no longer when the code was verified or the request cancelled', async () => {
    const [verified, cancelled] = [await sent(SMS_THEN_WHATSAPP), await sent(SMS_THEN_WHATSAPP)];
    expect(await api.check(verified.id, verified.first.body.code!)).toBe('success');
    expect((await api.get(`verify/cancel/${cancelled.id}`)).body.status).toBe('success');
    for (const { id, to } of [verified, cancelled]) {
      expect((await doors.native.read(id)).body.next_at).toBeNull();
      expect((await next(doors.native, id)).status).toBe(409);
      expect(channelsTo(to)).toEqual(['sms']);
    }
  });

  it('C9 not within a minute of a call', async () => {
    for (const wait of [30, undefined, 60]) {
      const { id } = await sent([{ name: 'voice', wait }, { name: 'sms' }]);
      const { next_at, attempts } = (await doors.native.read(id)).body;
      expect(Date.parse(next_at!) - Date.parse(attempts[0]!.sent_at!)).toBeGreaterThanOrEqual(60_000);
    }
  });

  it('C10 to the end of the list: then all have failed', async () => {
    doors.gateway.behaviour = behaviours.answers(500);
    const to = freshDigits();
    const { body } = await api.send(to, SMS_THEN_WHATSAPP);
    const found = await until('the end', async () => {
      const found = await api.search(body.id);
      return found.status === 'failed' && found;
    });
    expect(found.channels.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect((await doors.native.read(body.id)).body.next_at).toBeNull();
  });

  it('C11 with the code in the place of {token}, and nothing else changed', async () => {
    const { first } = await sent([{ name: 'sms', template: 'Pin {token}! {{token}} {name} {{}}' }]);
    const { code } = first.body;
    expect(first.body.text).toBe(`Pin ${code}! {${code}} {name} {{}}`);
    for (const template of ['Pin!', 'Pin {{code}}', '{token} {{code}}', '{token} in {{ minutes }} min']) {
      expectRefused(await api.send(freshDigits(), [{ name: 'sms', template }]), 'channels.0.template');
    }
  });

  it.each([
    [undefined, 6],
    [8, 8],
    ['10', 10],
    [4, 4],
  ])('C12 with as many characters as `length` %p says', async (length, characters) => {
    const { first } = await sent(undefined, { length });
    expect(first.body.code).toMatch(new RegExp(`^\\d{${characters}}$`));
  });

  it.each([3, 11, 'six'])('C12 not with %p characters', async (length) => {
    expectRefused(await api.send(freshDigits(), undefined, { length }), 'payload.length');
  });

  it('C13 made by RFC 6238 from a secret, the time and the life as step', async () => {
    const { id, created_at, first } = await sent(undefined, { length: 8, timeout: 90 });
    const { code: key } = makeKeyring([Buffer.from(SECRET, 'base64')]).current;
    const issued = Date.parse(`${created_at}Z`) / 1_000;
    const recipe = { verificationId: id, generation: 1, ttl: 90, length: 8, alphabet: 'digits' } as const;
    // A code is issued before its verification is created: on a busy machine a little while.
    const right = [0, 1, 2, 3, 4, 5]
      .map((late) => issued - late)
      .map((issuedAt) => makeCode(key, { ...recipe, issuedAt }));
    expect(right).toContain(first.body.code);
  });

  it('C14 for as long as `timeout` says, 120 s without it', async () => {
    for (const [timeout, life] of [
      [90, 90],
      ['45', 45],
      [undefined, 120],
    ] as const) {
      const { body } = await api.send(freshDigits(), undefined, { timeout });
      expect(seconds(body.created_at, body.expire_at)).toBe(life);
    }
    expectRefused(await api.send(freshDigits(), undefined, { timeout: 0 }), 'payload.timeout');
  });

  it('C15 with the caller’s own code', async () => {
    for (const payload of [{ token: '12345', length: 5 }, { token: 12345, length: '5' }, { token: '12345' }]) {
      const { id, first } = await sent(undefined, payload);
      expect(first.body.code).toBe('12345');
      expect(await api.check(id, '12345')).toBe('success');
    }
    expectRefused(await api.send(freshDigits(), undefined, { token: '12345', length: 6 }), 'payload.token');
    expectRefused(await api.send(freshDigits(), undefined, { token: '12 45' }), 'payload.token');
  });

  it('C16 with the person’s address, if it is one', async () => {
    await sent(undefined, { ip_address: '2001:db8::7' });
    expectRefused(await api.send(freshDigits(), undefined, { ip_address: '300.1.1.1' }), 'payload.ip_address');
  });

  it('C17 from the sender of the channel, else the account’s', async () => {
    const { id, first } = await sent([{ name: 'sms', from: 'VERIFY' }]);
    expect(first.body.from).toBe('VERIFY');
    expect((await api.search(id)).channels[0]?.from).toBe('VERIFY');
    expect((await sent([{ name: 'sms', from: null }])).first.body.from).toBe('');
  });

  it('C18 in the language of the channel', async () => {
    const { id, to, first } = await sent([{ name: 'tts', language: 'de_DE', flow_id: '12' }, { name: 'sms' }]);
    expect(first.body).toMatchObject({ channel: 'voice', locale: 'de_DE' });
    expect(first.body.text).toContain('Bestätigungscode');
    await pass(doors.redis, id, 60_000);
    expect((await doors.message(id, to, 2)).body.locale).toBe('en');
    expectRefused(await api.send(freshDigits(), [{ name: 'voice', language: 'English!' }]), 'channels.0.language');
  });

  it('C19 at Viber for as long as `ttl` says', async () => {
    expect(Number((await sent([{ name: 'viber', ttl: 60 }])).first.body.ttl)).toBe(60);
    for (const ttl of [29, 1_209_601]) {
      expectRefused(await api.send(freshDigits(), [{ name: 'viber', ttl }]), 'channels.0.ttl');
    }
  });

  it('C20 never longer than the code lives', async () => {
    for (const channel of [{ name: 'sms' }, { name: 'viber', ttl: 1_209_600 }]) {
      const ttl = Number((await sent([channel], { timeout: 40 })).first.body.ttl);
      expect(ttl).toBeGreaterThan(10);
      expect(ttl).toBeLessThanOrEqual(40);
    }
  });

  it('C21 over RCS, which BICS has not', async () => {
    expect((await sent([{ name: 'rcs' }])).first.body.channel).toBe('rcs');
    const bics = doors.as(undefined, 'bics');
    expectRefused(await bics.send(freshDigits(), [{ name: 'sms' }, { name: 'rcs' }]), 'channels.1.name');
    expect((await bics.send(freshDigits())).body.status).toBe('sent');
  });

  it('is about one number', async () => {
    const channels = [{ name: 'sms' }, { name: 'whatsapp', recipient: { to: freshDigits() } }];
    expectRefused(await api.send(freshDigits(), channels), 'channels.1.recipient.to');
    const spelled = freshNumber();
    const same = [{ name: 'sms' }, { name: 'whatsapp', recipient: { to: spelled } }];
    expect((await api.send(spelled.slice(1), same)).status).toBe(200);
    const written = freshNumber();
    const people = `+1 (${written.slice(2, 5)}) ${written.slice(5)}`;
    const alike = [{ name: 'sms' }, { name: 'whatsapp', recipient: { to: people } }];
    expect((await api.send(written.slice(1), alike)).status).toBe(200);
    expectRefused(
      await api.send(written, [{ name: 'sms' }, { name: 'rcs', recipient: { to: 'x' } }]),
      'channels.1.recipient.to',
    );
  });
});
