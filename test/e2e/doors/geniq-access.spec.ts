import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { makeKeyring } from '../../../src/codes/keyring.js';
import { wrongFor } from '../../support/api.js';
import { basic, GeniqDoor } from '../../support/geniq-door.js';
import { answered, application, freshRecipient, GeniqDoorBench } from '../../support/geniq-door-bench.js';
import { LIVE_KEY, OTHER_KEY, SECRET, TEST_KEY } from '../../support/service.js';

const ELSEWHERE_KEY = 'live_key_for_use_elsewhere_0123';
const bench = GeniqDoorBench.use({
  elsewhere: application('elsewhere', ELSEWHERE_KEY, { key: { ip_ranges: ['10.0.0.0/8'] } }),
});

describe('who may call', () => {
  it('A1: nobody without a token, and nothing is sent', async () => {
    const recipient = freshRecipient();
    expect(await answered(new GeniqDoor(bench.service.url).verify(recipient))).toEqual([401, '20']);
    expect(await answered(new GeniqDoor(bench.service.url, 'Bearer a.b.c').verify(recipient))).toEqual([401, '20']);
    expect(await answered(new GeniqDoor(bench.service.url, basic('shop-live', LIVE_KEY)).verify(recipient))).toEqual([
      401,
      '20',
    ]);
    expect(bench.sentTo(recipient)).toEqual([]);
    expect(await answered(bench.door.verify(recipient))).toEqual([200, '0']);
  });

  it('A5: a token for an hour, by Basic with key and secret', async () => {
    const { headers, body } = await bench.tokenFor('shop-live', LIVE_KEY);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ responseCode: '0', responseMessage: 'Success' });
    expect(body.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(body.expiry).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    const ends = decodeJwt(body.token).exp! * 1_000;
    expect(Date.parse(body.expiry)).toBeLessThanOrEqual(ends);
    expect(Date.parse(body.expiry)).toBeGreaterThan(ends - 60_000);
    expect((await bench.service.as(body.token).get('/v1/verifications?limit=1')).status).toBe(200);
  });

  it('A5: also with an empty body of any type, and so is a code sent', async () => {
    const basicDoor = new GeniqDoor(bench.service.url, basic('shop-live', LIVE_KEY));
    expect(await answered(basicDoor.call('POST', 'token', '', 'text/plain'))).toEqual([200, '0']);
    const query = new URLSearchParams({ recipient: freshRecipient(), originator: 'Hello' });
    expect(await answered(bench.door.call('POST', `verify?${query}`, '', 'text/plain'))).toEqual([200, '0']);
    expect(await answered(bench.door.call('POST', 'verify', 'recipient=1', 'text/plain'))).toEqual([415, '88']);
  });

  it('A5: no token for a wrong key, a wrong secret, or none', async () => {
    expect(await answered(bench.tokenFor('nobody', LIVE_KEY))).toEqual([401, '24']);
    expect(await answered(bench.tokenFor('shop-live', OTHER_KEY))).toEqual([401, '24']);
    expect(await answered(new GeniqDoor(bench.service.url).call('POST', 'token'))).toEqual([401, '24']);
  });

  it('A7: no token after its expiry', async () => {
    const { token } = (await bench.tokenFor('shop-live', LIVE_KEY)).body;
    const stale = await new SignJWT({ ...decodeJwt(token), exp: Math.floor(Date.now() / 1_000) - 1 })
      .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'HS256' })
      .sign(makeKeyring([Buffer.from(SECRET, 'base64')]).current.token);
    expect(await answered(new GeniqDoor(bench.service.url, `Bearer ${stale}`).verify(freshRecipient()))).toEqual([
      401,
      '23',
    ]);
  });

  it('A9: no key from another address than its own', async () => {
    const recipient = freshRecipient();
    expect(await answered(bench.tokenFor('elsewhere', ELSEWHERE_KEY))).toEqual([403, '2']);
    expect(await answered(new GeniqDoor(bench.service.url, `Bearer ${ELSEWHERE_KEY}`).verify(recipient))).toEqual([
      403,
      '2',
    ]);
    expect(bench.sentTo(recipient)).toEqual([]);
  });
});

describe('the rest of the API', () => {
  it('balance is the money at the vendor, or none where nobody tells', async () => {
    expect((await bench.door.call('GET', 'balance')).body).toEqual({
      currency: 'SGD',
      type: 'Prepaid',
      balance: 12.5,
      responseCode: '0',
      responseMessage: 'Success',
    });
    const inSandbox = await bench.enter('shop-test', TEST_KEY);
    expect((await inSandbox.call('GET', 'balance')).body).toMatchObject({ type: 'Postpaid', balance: 0 });
    expect(await answered(new GeniqDoor(bench.service.url).call('GET', 'balance'))).toEqual([401, '20']);
  });

  it('A14: errors are JSON with a status, and name the field', async () => {
    const empty = await bench.door.call('POST', 'verify');
    expect(empty.headers.get('content-type')).toMatch(/^application\/json/);
    expect([empty.status, empty.body.responseCode]).toEqual([422, '11']);
    expect(empty.body.responseMessage).toMatch(/recipient: .*originator: /);
    expect(await answered(bench.door.call('POST', 'verify', '{', 'application/json'))).toEqual([400, '88']);
    expect(await answered(bench.door.call('POST', 'verify', 'a', 'text/csv'))).toEqual([415, '88']);
    expect(await answered(bench.door.call('POST', 'verify', 'a'.repeat(40_000), 'text/csv'))).toEqual([413, '88']);
    expect(await answered(bench.door.call('GET', 'nothing/here'))).toEqual([404, '88']);
    expect(await answered(bench.door.call('POST', 'verify/%zz'))).toEqual([400, '88']);
  });

  it('is in the documentation', async () => {
    const document = await (await fetch(`${bench.service.url}/openapi.json`)).text();
    for (const path of ['token', 'verify', 'verify/{messageId}', 'balance']) {
      expect(document).toContain(`"/geniq/rest/v1/${path}"`);
    }
  });

  it('C18: messages that are no codes are refused in so many words, spoken ones too', async () => {
    const sms = new URLSearchParams({ recipient: freshRecipient(), originator: 'Hello', message: 'Sale!' });
    const voice = JSON.stringify({ recipient: freshRecipient(), message: '1 2', locale: 'en-US', originator: '65' });
    for (const answer of [
      await bench.door.call('POST', 'sms', sms),
      await bench.door.call('POST', 'batch_sms', sms),
      await bench.door.call('POST', 'whatsapp/message_templates', voice, 'application/json'),
      await bench.door.call('POST', 'voice', voice, 'application/json'),
      await bench.door.call('POST', 'whatsapp/messages', voice, 'application/json'),
    ]) {
      expect([answer.status, answer.body.responseCode]).toEqual([403, '10']);
      expect(answer.body.responseMessage).toContain('verification service');
    }
    expect(await answered(new GeniqDoor(bench.service.url).call('POST', 'sms', sms))).toEqual([401, '20']);
  });

  it('D12: no answer tells the code, and no log the code, the number or the token', async () => {
    const { recipient, answer, id, code } = await bench.started({ codeLength: '8', reference: 'quiet' });
    const query = new URLSearchParams({ recipient, originator: 'Hello', token: 'secret-in-a-query' });
    const answers = [
      answer,
      await bench.door.call('POST', `verify?${query}`),
      await bench.door.check(id, wrongFor(code)),
      await bench.door.check(id, code),
      await bench.door.check(id, code),
      await bench.door.call('POST', `verify/${id}/x?code=${code}`),
      await bench.door.call('POST', `verify/%zz?code=${code}`),
    ];
    for (const { text } of answers) expect(text).not.toContain(code);
    const view = await bench.service.as(LIVE_KEY).read(id);
    expect(view.text).not.toContain(code);
    const { token } = (await bench.tokenFor('shop-live', LIVE_KEY)).body;
    await bench.service.as(token).get('/v1/verifications?limit=1');

    // Its last words have arrived when it is gone.
    await bench.service.stop();
    const { log } = bench.service;
    expect(log).toContain('"route":"/geniq/rest/v1/verify/:messageId"');
    const codes = [code, wrongFor(code)].filter((digits) => new RegExp(`\\b${digits}\\b`).test(log));
    const others = [recipient, 'secret-in-a-query', token, LIVE_KEY, basic('shop-live', LIVE_KEY)];
    expect([...codes, ...others.filter((secret) => log.includes(secret))]).toEqual([]);
  });
});
