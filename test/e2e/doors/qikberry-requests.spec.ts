import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, ADMIN_KEY } from '../../support/admin.js';
import { freshNumber } from '../../support/api.js';
import { freshDigits, OpenDoors, Platform } from '../../support/platform-door.js';
import { LIVE_KEY, READ_KEY } from '../../support/service.js';
import { until } from '../../support/wait.js';

const BRITISH_KEY = 'key_of_a_british_shop_0123456';

let doors: OpenDoors;
let api: Platform;
let admin: Admin;
let application: string;

beforeAll(async () => {
  const scopes = ['verifications', 'pii:read'];
  const keys = [{ id: 'british', token: BRITISH_KEY, mode: 'live', scopes }];
  doors = await OpenDoors.start(
    { applications: { british: { keys, limits: 'off', country: 'GB' } }, trusted_proxies: ['127.0.0.1'] },
    { PASSLANE_ADMIN_KEY: ADMIN_KEY, PASSLANE_PUBLIC_URL: 'https://callbacks.example.com' },
  );
  api = doors.as();
  admin = new Admin(doors.service);
  application = await admin.application('door');
});

afterAll(() => doors.stop());

const stranger = (): Platform => new Platform(doors.service.url, undefined);

describe('requests', () => {
  it('A10 may name their verb in the query', async () => {
    const made = await api.post('verify/profiles', { name: 'Verb1' });
    const path = `verify/profiles/${made.body.data.id}`;
    expect((await api.post(`${path}?_method=PUT`, { name: 'Verb2' })).body.message).toBe(
      'Profile Updated Successfully',
    );
    // As curl's `-d ''` and PHP send it.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await api.request('POST', `${path}?_method=DELETE`, '', form)).body.message).toBe(
      'Profile Deleted Successfully',
    );
    expect((await api.get(path)).status).toBe(404);
    const another = (await api.post('verify/profiles', { name: 'Verb4' })).body.data.id;
    expect((await api.post(`verify/profiles/${another}?_method=DELETE`)).status).toBe(200);
    const other = (await api.post('verify/profiles', { name: 'Verb3' })).body.data.id;
    expect((await stranger().get(`verify/profiles/${other}?_method=delete&access_token=${LIVE_KEY}`)).status).toBe(200);
    expect((await api.get(`verify/profiles/${other}?_method=TRACE`)).status).toBe(404);
    // Elsewhere a query changes no verb.
    expect((await doors.native.get('/v1/verifications?limit=1&_method=DELETE')).status).toBe(422);
  });

  it('may hold fields that nobody knows, but not endlessly deep ones', async () => {
    const to = freshDigits();
    const send = (more: string) =>
      api.request('POST', 'verify/send', `{"channels":[{"name":"sms","recipient":{"to":"${to}"}}],"more":${more}}`, {
        'idempotency-key': to,
      });
    const deep = await send(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect([deep.status, deep.body.message]).toEqual([422, expect.stringContaining('body: ')]);
    expect((await send('[[{"deep":[]}]]')).status).toBe(200);
  });

  it('A11 A12 are counted if they are GETs: 1000 in a minute for each key', async () => {
    const key = await admin.key(application);
    const mine = doors.as(key.token);
    const remaining = async (): Promise<[number, string | null, string | null]> => {
      const { status, headers } = await mine.get('auth/me');
      return [status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')];
    };
    expect(await remaining()).toEqual([200, '1000', '999']);
    expect(await remaining()).toEqual([200, '1000', '998']);
    const sent = await mine.send(freshDigits());
    expect(sent.headers.get('x-ratelimit-remaining')).toBe('998');
    const headers = { authorization: `Bearer ${key.token}` };
    const head = await fetch(`${mine.root}/v2/auth/me`, { method: 'HEAD', headers });
    expect(head.headers.get('x-ratelimit-remaining')).toBe('997');

    const counter = `pl:{rq:${application}/${key.id}}:get`;
    expect(await doors.redis.client.pttl(counter)).toBeGreaterThan(0);
    // Not over before this test is.
    await doors.redis.client.set(counter, 999, 'PX', 600_000);
    expect(await remaining()).toEqual([200, '1000', '0']);
    const refused = await mine.get('auth/me');
    expect([refused.status, refused.body.code, refused.body.status]).toEqual([429, 429, 'ERROR']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await mine.send(freshDigits())).status).toBe(200);
    expect((await api.get('auth/me')).status).toBe(200);
    await doors.redis.client.pexpire(counter, 1);
    await until('the next minute', async () => (await mine.get('auth/me')).status === 200);
  });

  it('A13 are answered in an envelope, and lists page by page', async () => {
    const names = ['Page1', 'Page2', 'Page3'];
    for (const name of names) await api.post('verify/profiles', { name });
    const { body } = await api.get('verify/profiles');
    expect(Object.keys(body).sort()).toEqual(['code', 'data', 'links', 'message', 'meta', 'status']);
    expect(body).toMatchObject({
      status: 'OK',
      code: 200,
      message: 'Profiles List',
      meta: { current_page: 1, per_page: 15 },
    });
    const path = `http://127.0.0.1:${new URL(doors.service.url).port}/qikberry/api/v2/verify/profiles`;

    const second = await stranger().get(`verify/profiles?per_page=2&page=2&filter[status]=1&access_token=${LIVE_KEY}`);
    const query = 'filter%5Bstatus%5D=1&per_page=2';
    expect(second.text).not.toContain(LIVE_KEY);
    expect(second.body.data.map(({ name }) => name)).toEqual(['Page3']);
    expect(second.body.meta).toMatchObject({
      current_page: 2,
      from: 3,
      to: 3,
      last_page: 2,
      per_page: 2,
      total: 3,
      path,
    });
    const link = (page: number): unknown => expect.stringMatching(new RegExp(`^${path}[?].*page=${page}$`));
    expect(second.body.links).toEqual({ first: link(1), last: link(2), prev: link(1), next: null });
    for (const part of query.split('&')) expect(second.body.links.first).toContain(part);
    expect((await api.get('verify/profiles?page=0')).status).toBe(422);

    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'otp.example.com' };
    const outside = await api.request('GET', 'verify/profiles', undefined, forwarded);
    expect(outside.body.meta.path).toBe('https://otp.example.com/qikberry/api/v2/verify/profiles');
  });

  it.each<[string, number, string, string, unknown]>([
    ['a missing field', 422, 'channels: is required', 'POST verify/send', {}],
    [
      'a wrong field',
      422,
      'channels.0.name: must be one of',
      'POST verify/send',
      { channels: [{ name: 'fax', recipient: { to: '1' } }] },
    ],
    ['a missing body', 422, 'body', 'POST verify/send', undefined],
    ['a body that is no JSON', 400, 'not valid JSON', 'POST verify/send', '{'],
    ['an address without anything', 404, 'nothing at this address', 'GET verify/nothing', undefined],
    ['an address that cannot be read', 400, 'address', 'GET verify/search/%zz', undefined],
    ['a verb that is not there', 404, 'nothing at this address', 'PUT verify/send', {}],
    ['a body that is too large', 413, '32 KB', 'POST verify/send', { channels: ['x'.repeat(40_000)] }],
  ])('A14 are refused with what is wrong: %s', async (_, status, message, request, body) => {
    const [method = '', path = ''] = request.split(' ');
    const answer = await api.request(method, path, body);
    expect([answer.status, answer.body]).toEqual([
      status,
      { status: 'ERROR', code: status, message: expect.stringContaining(message) as unknown },
    ]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  it('A14 are refused when the type of the body is none of ours, or the key may not', async () => {
    const form = await api.request('POST', 'verify/send', 'a=b', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([form.status, form.body]).toEqual([415, { status: 'ERROR', code: 415, message: 'Send application/json.' }]);
    const reader = await admin.key(application, { scopes: ['verifications:read'] });
    const { status, body } = await doors.as(reader.token).send(freshDigits());
    expect([status, body]).toEqual([
      403,
      { status: 'ERROR', code: 403, message: 'This key lacks the scope verifications.' },
    ]);
    // Beside the door errors are as ever.
    const beside = await fetch(`${doors.service.url}/qikberries`);
    expect(beside.headers.get('content-type')).toContain('application/problem+json');
  });

  it('take null as not given', async () => {
    const nothing = { order: null, wait: null, ttl: null };
    const channels = [
      { name: 'sms', ...nothing, order: 1 },
      { name: 'viber', ...nothing },
    ];
    const to = freshDigits();
    const { body } = await api.send(to, channels, { length: null, timeout: null });
    expect(Date.parse(body.expire_at) - Date.parse(body.created_at)).toBe(120_000);
    const first = await doors.message(body.id, to);
    expect(first.body).toMatchObject({ channel: 'sms', code: expect.stringMatching(/^\d{6}$/) as unknown });
  });

  it('take an empty text as not given, and PHP’s empty list for an object', async () => {
    const channels = [{ name: 'viber', from: '', template: '', order: '', wait: '', language: '', ttl: '' }];
    for (const payload of [{ foreign_id: '', ip_address: '', token: '', webhook_id: '', length: '' }, [], '']) {
      const to = freshDigits();
      const recipient = { to };
      const body = { channels: channels.map((one) => ({ ...one, recipient })), payload };
      const answer = await api.post('verify/send', body);
      expect([payload, answer.status, answer.body.foreign_id]).toEqual([payload, 200, null]);
      expect((await doors.message(answer.body.id, to)).body).toMatchObject({ channel: 'viber', from: '' });
    }
    expect((await api.send('')).body.message).toContain('channels.0.recipient.to');
    expect((await api.post('verify/send', { channels: [] })).status).toBe(422);
  });

  it('A15 bring a reference, which every answer and the native API give back', async () => {
    const sent = (await api.send(freshDigits(), undefined, { foreign_id: 'x1' })).body;
    expect(sent.foreign_id).toBe('x1');
    expect((await api.search(sent.id)).reference).toBe('x1');
    expect((await doors.native.read(sent.id)).body.reference).toBe('x1');
  });
});

describe('numbers', () => {
  const received = async (key: string, to: string, address: string) => {
    const { status, body } = await doors.as(key).send(to);
    expect([status, body.status]).toEqual([200, 'sent']);
    await until(`a message to ${address}`, () => doors.gateway.to(address).length > 0);
  };

  it('A16 are digits only, or as people write them', async () => {
    for (const form of [
      (e164: string) => e164.slice(1),
      (e164: string) => e164,
      (e164: string) => `00${e164.slice(1)}`,
      (e164: string) => `+1 (415) ${e164.slice(5, 8)}-${e164.slice(8)}`,
      (e164: string) => Number(e164.slice(1)) as unknown as string,
    ]) {
      const e164 = freshNumber();
      await received(LIVE_KEY, form(e164), e164);
    }
    for (const to of ['abc', '07700900123', '123', 'a@example.com']) {
      const { status, body } = await api.send(to);
      expect([status, body.message]).toEqual([422, expect.stringContaining('channels.0.') as unknown]);
    }
  });

  it('A17 are of the application’s country where they name none', async () => {
    for (const [to, address] of [
      ['07700900123', '+447700900123'],
      ['7700900124', '+447700900124'],
      ['447700900125', '+447700900125'],
      ['4915123456789', '+4915123456789'],
      ['+14155550126', '+14155550126'],
    ] as const) {
      await received(BRITISH_KEY, to, address);
    }
    expect((await doors.service.as(BRITISH_KEY).start('07700 900127')).body.to).toBe('+447700900127');
    // 020 3174 7697 without its 0 is somebody's in Egypt as well, who must not get the code.
    for (const path of ['verify/send', 'verify/omnichannel/send']) {
      const recipient = { to: '2031747697' };
      const { status, body } = await doors
        .as(BRITISH_KEY)
        .post(path, { profile: 'x', recipient, channels: [{ name: 'sms', recipient }] });
      expect([status, body.message]).toEqual([
        422,
        expect.stringMatching(/recipient\.to: may be .* write \+/) as unknown,
      ]);
    }
  });
});

describe('what nobody may read', () => {
  it('is in no log line: keys and codes in addresses, whatever becomes of the request', async () => {
    const to = freshDigits();
    const sent = (await api.send(to, undefined, { length: 10 })).body;
    const code = (await doors.message(sent.id, to)).body.code!;
    const wrong = '9182736450';
    const paths = [
      `verify/check/${sent.id}/${wrong}?access_token=${LIVE_KEY}`,
      `verify/check/${sent.id}/${code}?api_key=${LIVE_KEY}`,
      `verify/check/${sent.id}/${code}/${code}?access_token=${LIVE_KEY}`,
      `verify/check/${sent.id}/${code}${'x'.repeat(100)}?access_token=${LIVE_KEY}`,
      `verify/check/${sent.id}/${code}%zz?access_token=${LIVE_KEY}`,
      `verify/check/${sent.id}/${code}?access_token=${LIVE_KEY}-not`,
      `verify/check/${sent.id}/${code}?access_token=${READ_KEY}&_method=PUT`,
    ];
    const statuses = [];
    for (const path of paths) statuses.push((await stranger().get(path)).status);
    expect(statuses).toEqual([200, 200, 404, 414, 400, 401, 404]);
    const log = await doors.service.wholeLog();
    expect(log.split('/check/:id/:token').length).toBeGreaterThan(3);
    for (const secret of [code, wrong, LIVE_KEY, to, 'access_token']) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/"level":(50|60)/);
    const held = (await doors.redis.dump()).map(({ key, value }) => key + value).join();
    for (const secret of [code, wrong, LIVE_KEY]) expect(held).not.toContain(secret);
  });
});
