import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hmac, makeKeyring } from '../../../src/codes/keyring.js';
import { wrongFor } from '../../support/api.js';
import { answered, application, freshRecipient, GeniqDoorBench } from '../../support/geniq-door-bench.js';
import { LIVE_KEY, OTHER_KEY, SECRET } from '../../support/service.js';
import { until } from '../../support/wait.js';

const SPARING_KEY = 'live_key_that_sends_once_012345';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const bench = GeniqDoorBench.use({
  sparing: application('sparing', SPARING_KEY, { limits: { sends_per_number: '1/10m' } }),
});

const isRefused = async (fields: Record<string, string>, code: string, name: string): Promise<void> => {
  const recipient = fields.recipient ?? freshRecipient();
  const { status, body } = await bench.door.verify(recipient, fields);
  expect([fields, status, body.responseCode]).toEqual([fields, 422, code]);
  expect(body.responseMessage).toContain(name);
  expect(bench.sentTo(recipient)).toEqual([]);
};

describe('sending a code', () => {
  it('C2: one SMS with a code, and its messageId', async () => {
    const { answer, message, code, sms } = await bench.started();
    expect(answer.body).toEqual({
      reference: '',
      responseCode: '0',
      responseMessage: 'Success',
      messageIds: [expect.stringMatching(UUID)],
    });
    expect(message).toBe(`Your code is ${code}.`);
    expect(sms.path).toBe('sms');
  });

  it('C2: the same by query, by form, and by some of both', async () => {
    for (const [query, form] of [
      [['recipient', 'originator', 'expiry'], []],
      [['recipient'], ['originator', 'expiry']],
      [[], ['recipient', 'originator', 'expiry']],
    ]) {
      const all: Record<string, string> = { recipient: freshRecipient(), originator: 'Hello', expiry: '60' };
      const some = (names: string[]) => new URLSearchParams(names.map((name) => [name, all[name]!]));
      const body = form!.length > 0 ? some(form!) : undefined;
      expect(await answered(bench.door.call('POST', `verify?${some(query!)}`, body))).toEqual([200, '0']);
      await until('the SMS', () => bench.sentTo(all.recipient!)[0]);
    }
  });

  it('C11: by a template with [CODE], and by none without', async () => {
    const { message } = await bench.started({ template: 'Pin [CODE]! Again: [CODE]' });
    expect(message).toMatch(/^Pin (\d{6})! Again: \1$/);
    const { message: braces } = await bench.started({ template: '{{[CODE]}} {{}} {name}' });
    expect(braces).toMatch(/^\{\{\d{6}\}\} \{\{\}\} \{name\}$/);
    for (const more of ['{{code}}', '{{ minutes }}', '{{name}}', '\nfor you']) {
      await isRefused({ template: `[CODE] ${more}` }, '88', 'template: must ');
    }
    for (const template of ['Pin', 'Pin [code]', 'Pin {{code}}', '[CODE]\u0000', `[CODE]${'a'.repeat(500)}`]) {
      await isRefused({ template }, '88', 'template');
    }
  });

  it('C12: of 6 to 8 digits, 6 unless asked', async () => {
    expect((await bench.started()).code).toMatch(/^\d{6}$/);
    for (const codeLength of ['6', '7', '8']) {
      expect((await bench.started({ codeLength })).code).toHaveLength(Number(codeLength));
    }
    for (const codeLength of ['5', '9', '6.5', 'six', '']) await isRefused({ codeLength }, '88', 'codeLength');
  });

  it('C13: the code is that of RFC 6238 for its time', async () => {
    const { id, code } = await bench.started({ codeLength: '8', expiry: '90' });
    const { created_at } = (await bench.service.as(LIVE_KEY).read(id)).body;
    const key = hmac(makeKeyring([Buffer.from(SECRET, 'base64')]).current.code, `${id}:1`);
    // Redis and the service read the clock one after the other, perhaps on either side of a step's edge.
    const step = Math.floor(Date.parse(created_at) / 90_000);
    expect([rfc6238(key, step), rfc6238(key, step - 1)]).toContain(code);
  });

  it('C14: for 30 seconds unless asked', async () => {
    const life = async (fields: Record<string, string>): Promise<number> => {
      const { created_at, expires_at } = (await bench.service.as(LIVE_KEY).read((await bench.started(fields)).id)).body;
      return (Date.parse(expires_at) - Date.parse(created_at)) / 1_000;
    };
    expect(await life({})).toBe(30);
    expect(await life({ expiry: '90' })).toBe(90);
    for (const expiry of ['29', '86401', 'soon']) await isRefused({ expiry }, '88', 'expiry');
  });

  it('C17: from the originator', async () => {
    expect((await bench.started({ originator: 'My Bank' })).sms.fields.originator).toBe('My Bank');
    expect((await bench.started({ originator: '6591234567' })).sms.fields.originator).toBe('6591234567');
    for (const originator of ['', 'a'.repeat(12), '1'.repeat(16), 'a\nb']) {
      await isRefused({ originator }, '12', 'originator');
    }
  });

  it('C20: as an SMS that is dropped when the code has ended', async () => {
    const validity = Number((await bench.started({ expiry: '60' })).sms.fields.validity);
    expect(validity).toBeGreaterThan(0);
    expect(validity).toBeLessThanOrEqual(60);
  });

  it('A16: to a number however it is written, and to nothing else', async () => {
    for (const write of [
      (digits: string) => digits,
      (digits: string) => `+${digits}`,
      (digits: string) => `00${digits}`,
      (digits: string) => `${digits.slice(0, 1)} ${digits.slice(1, 4)} ${digits.slice(4)}`,
    ]) {
      const recipient = freshRecipient();
      expect(await answered(bench.door.verify(write(recipient)))).toEqual([200, '0']);
      await until('the SMS', () => bench.sentTo(recipient)[0]);
    }
    for (const recipient of ['abc', '', '12', '07700900123', 'me@example.com', '65912345678901234567', '1,2']) {
      await isRefused({ recipient }, '11', 'recipient');
    }
    const twice = new URLSearchParams('recipient=14155550100&recipient=14155550101&originator=Hello');
    expect(await answered(bench.door.call('POST', 'verify', twice))).toEqual([422, '11']);
  });

  it('A15: with a reference that stands in every answer, and in /v1', async () => {
    const { answer, id, code } = await bench.started({ reference: 'order-42' });
    expect(answer.body.reference).toBe('order-42');
    expect((await bench.service.as(LIVE_KEY).read(id)).body.reference).toBe('order-42');
    expect((await bench.door.check(id, wrongFor(code), { reference: 'try-1' })).body.reference).toBe('try-1');
    expect((await bench.door.check(id, code, { reference: 'try-2' })).body.reference).toBe('try-2');
    expect((await bench.door.check(id, code)).body.reference).toBe('');
    expect((await bench.door.verify('abc', { reference: 'order-43' })).body.reference).toBe('order-43');
  });

  it('goes on with the live one when it is asked again', async () => {
    const { recipient, id, code } = await bench.started({ expiry: '300' });
    expect((await bench.door.verify(recipient)).body.messageIds).toEqual([id]);
    await until('the second SMS', () => bench.sentTo(recipient)[1]);
    expect(bench.sentTo(recipient)[1]!.fields.message).toBe(`Your code is ${code}.`);
  });

  it('happens once for each Idempotency-Key, and so does a check, also when the answer was lost', async () => {
    const recipient = freshRecipient();
    const once = bench.door.once(recipient);
    // As if the process had been killed between the effect and the answer.
    const loseAnswers = async () => {
      for (const key of await bench.redis.client.keys('pl:{i:*}'))
        await bench.redis.client.hdel(key, 'until', 'answer');
    };
    const first = await once.verify(recipient);
    const id = first.body.messageIds[0]!;
    const sms = await until('the SMS', () => bench.sentTo(recipient)[0]);
    await loseAnswers();
    expect((await once.verify(recipient)).body).toEqual(first.body);
    expect((await bench.service.as(LIVE_KEY).read(id)).body.sends.made).toBe(1);

    const code = /\d{6}/.exec(String(sms.fields.message))![0];
    expect(await answered(once.check(id, code))).toEqual([200, '0']);
    await loseAnswers();
    expect(await answered(once.check(id, code))).toEqual([200, '0']);
  });

  it('keeps the reference for repeated calls no longer than the number', async () => {
    const recipient = freshRecipient();
    const once = bench.door.once(recipient);
    const send = () => once.verify(recipient, { reference: 'order-44' });
    const first = await send();
    const id = first.body.messageIds[0]!;
    const sms = await until('the SMS', () => bench.sentTo(recipient)[0]);
    const check = () => once.check(id, /\d{6}/.exec(String(sms.fields.message))![0], { reference: 'try-44' });
    const checked = await check();
    expect([(await send()).text, (await check()).text]).toEqual([first.text, checked.text]);
    expect((await bench.service.as(LIVE_KEY).post('/v1/erasures', { to: `+${recipient}` })).status).toBe(200);
    expect((await send()).body).toEqual({ ...first.body, reference: '' });
    expect((await check()).body).toEqual({ ...checked.body, reference: '' });
  });

  it('is refused as spam when the number’s budget is used up', async () => {
    const sparing = await bench.enter('sparing', SPARING_KEY);
    const recipient = freshRecipient();
    expect(await answered(sparing.verify(recipient))).toEqual([200, '0']);
    const { status, headers, body } = await sparing.verify(recipient);
    expect([status, body.responseCode]).toEqual([429, '19']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('checking a code', () => {
  it('D1, D7: the right one is right, once', async () => {
    const { id, code } = await bench.started();
    const { status, body } = await bench.door.check(id, code, { reference: '12345' });
    expect([status, body]).toEqual([200, { reference: '12345', responseCode: '0', responseMessage: 'Success' }]);
    expect(await answered(bench.door.check(id, code))).toEqual([404, '21']);
  });

  it('D1: also by its id in capital letters', async () => {
    const { id, code } = await bench.started();
    expect(await answered(bench.door.check(id.toUpperCase(), code))).toEqual([200, '0']);
  });

  it('D2, D7: a wrong one is 22, and no success for who reads nothing but the status', async () => {
    const { id, code } = await bench.started();
    const { status, body } = await bench.door.check(id, wrongFor(code));
    expect([status, body]).toEqual([422, { reference: '', responseCode: '22', responseMessage: 'Invalid code' }]);
    for (const none of ['', '12', 'a'.repeat(41)])
      expect(await answered(bench.door.check(id, none))).toEqual([422, '22']);
    expect(await answered(bench.door.call('POST', `verify/${id}`))).toEqual([422, '22']);
    expect(await answered(bench.door.check(id, code))).toEqual([200, '0']);
  });

  it('D3, D7: an unknown messageId is 21, and so is another’s', async () => {
    expect(await answered(bench.door.check('otp_session_id', '123456'))).toEqual([404, '21']);
    const { id, code } = await bench.started();
    const other = await bench.enter('other-live', OTHER_KEY);
    expect(await answered(other.check(id, code))).toEqual([404, '21']);
    expect(await answered(bench.door.check(id, code))).toEqual([200, '0']);
  });

  it('D7: a right one that comes too late is 22', async () => {
    const { id, code } = await bench.started();
    const key = (await bench.redis.client.keys(`pl:*:v:${id}`))[0]!;
    await bench.redis.client.hset(key, 'expires', Date.now() - 1);
    expect(await answered(bench.door.check(id, code))).toEqual([422, '22']);
  });

  it('D7: after too many wrong ones the id is dead', async () => {
    const { id, code } = await bench.started();
    for (let tries = 0; tries < 5; tries++) {
      expect(await answered(bench.door.check(id, wrongFor(code, tries + 1)))).toEqual([422, '22']);
    }
    expect(await answered(bench.door.check(id, code))).toEqual([404, '21']);
  });

  it('a verification is the same one in /v1, and right in one place only', async () => {
    const { recipient, id, code } = await bench.started({ reference: 'both' });
    const api = bench.service.as(LIVE_KEY);
    expect((await api.read(id)).body).toMatchObject({
      status: 'pending',
      to: `+${recipient}`,
      reference: 'both',
      channel: 'sms',
      attempts: [{ account: 'main', channel: 'sms' }],
    });
    const successes = await Promise.all([
      ...[1, 2, 3, 4].map(async () => (await bench.door.check(id, code)).body.responseCode === '0'),
      ...[1, 2, 3, 4].map(async () => (await api.check(id, code)).body.valid),
    ]);
    expect(successes.filter(Boolean)).toHaveLength(1);
    expect((await api.read(id)).body.status).toBe('approved');
  });
});

/** RFC 6238 with SHA-256, eight digits. */
function rfc6238(key: Buffer, counter: number): string {
  const text = Buffer.alloc(8);
  text.writeBigUInt64BE(BigInt(counter));
  const hash = createHmac('sha256', key).update(text).digest();
  const number = hash.readUInt32BE(hash.at(-1)! & 15) & 0x7fff_ffff;
  return String(number % 10 ** 8).padStart(8, '0');
}
