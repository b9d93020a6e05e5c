import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Api, freshNumber } from '../support/api.js';
import { type Body, BOUNDS, CONTROLS, long, MEANINGLESS, PAYMENT, SMS } from '../support/bad-starts.js';
import { UNKNOWN_FIELDS, VALID, WRONG_TYPES } from '../support/bad-starts.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service, TEST_KEY } from '../support/service.js';

const START = '/v1/verifications';
/** By the status of what is wrong with a body. */
const CODES: Record<number, string> = { 400: 'malformed_json', 413: 'body_too_large', 422: 'validation_failed' };
const fields = (count: number): Body => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 0]));
const NOBODY = `${START}/00000000-0000-4000-8000-000000000000`;
describe('bad input', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;
  let api: Api;
  let keysBefore: string[];

  const keys = async () => (await redis.client.keys('pl:*')).sort();

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    service = await Service.start({
      redisUrl: redis.url,
      config: configuration({ gateway: httpAccount(gateway.url) }, { profiles: { 'shop/login': { channels: [SMS] } } }),
    });
    api = service.as(LIVE_KEY);
    keysBefore = await keys();
  });

  afterAll(async () => {
    await service.stop();
    await gateway.stop();
    await redis.stop();
  });

  /** Every refusal looks the same: a problem that helps, and nothing of our insides. */
  function expectProblem(answer: Answer, status: number, field?: string): void {
    expect({ status: answer.status, fields: answer.body.errors?.map((error) => error.field) }).toEqual({
      status,
      fields: field === undefined ? undefined : (expect.arrayContaining([field]) as unknown),
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(answer.body).toMatchObject({
      type: `urn:passlane:problem:${answer.body.code}`,
      status,
      title: expect.any(String) as unknown,
      detail: expect.any(String) as unknown,
      request_id: answer.headers.get('x-request-id'),
    });
    expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.[jt]s\b/);
  }

  const start = (change: Body): Promise<Answer> => api.post(START, { ...VALID, ...change });

  describe('is refused, sends nothing and keeps nothing', () => {
    afterEach(async () => {
      expect(gateway.received).toEqual([]);
      expect(await keys()).toEqual(keysBefore);
    });

    it.each(WRONG_TYPES)('refuses a wrong type in %s: %j', async (field, change) => {
      expectProblem(await start(change), 422, field);
    });

    it.each(UNKNOWN_FIELDS)('refuses the unknown field %s', async (field, change) => {
      expectProblem(await start(change), 422, field);
    });

    it.each(BOUNDS)('refuses %s beyond its bound', async (field, beyond) => {
      expectProblem(await start(beyond), 422, field);
    });

    it.each(MEANINGLESS)('refuses what makes no sense in %s: %j', async (field, change) => {
      expectProblem(await start(change), 422, field);
    });

    it.each(CONTROLS)('refuses %s in %s', async (_, field, change) => {
      expectProblem(await start(change), 422, field);
    });

    it.each<[string, string | undefined, unknown]>([
      ['code', 'code', {}],
      ['code', 'code', { code: 123456 }],
      ['code', 'code', { code: '' }],
      ['code', 'code', { code: '123' }],
      ['code', 'code', { code: long(41) }],
      ['code', 'code', { code: '1234567890123' }],
      ['code', 'code', { code: '123456\n' }],
      ['code', 'code', { code: '\ud800123456' }],
      ['transaction', 'transaction', { code: '123456', transaction: null }],
      ['transaction', 'transaction.amount', { code: '123456', transaction: { ...PAYMENT, amount: '1e3' } }],
      ['unknown field', 'to', { code: '123456', to: '+14155550100' }],
    ])('refuses a check with a wrong %s', async (_, field, body) => {
      expectProblem(await api.post(`${NOBODY}/check`, body), 422, field);
    });

    it.each<[string, number]>([
      [`${NOBODY}/next`, 404],
      [`${NOBODY}/cancel`, 404],
      ['/v1/webhooks/wh_1/rotate', 404],
      ['/v1/webhooks/wh_1/verify', 404],
      ['/v1/token', 401],
    ])('refuses any field for %s, which takes none, but neither {} nor nothing', async (path, status) => {
      expectProblem(await api.post(path, { channel: 'voice' }), 422, 'channel');
      expectProblem(await api.post(path, []), 422, 'body');
      for (const body of [undefined, '', {}]) expectProblem(await api.post(path, body), status);
    });

    it.each([
      ['limit', 'limit=0'],
      ['limit', 'limit=101'],
      ['limit', 'limit=ten'],
      ['limit', 'limit=1.5'],
      ['limit', 'limit=1&limit=2'],
      ['cursor', 'cursor=nonsense'],
      ['cursor', `cursor=${Buffer.from('1:2').toString('base64url')}`],
      ['cursor', `cursor=${long(201)}`],
      ['from', 'from=yesterday'],
      ['from', 'from=2026-01-01'],
      ['until', 'until=2026-13-01T00:00:00Z'],
      ['until', 'until=1767225600'],
      ['status', 'status=done'],
      ['channel', 'channel=fax'],
      ['to', 'to=nobody'],
      ['to', 'to=%00'],
      ['reference', 'reference='],
      ['country', 'to=0170&country=Germany'],
      ['order', 'order=asc'],
      ['__proto__', '__proto__=1'],
    ])('refuses a search with a wrong %s: %s', async (field, query) => {
      expectProblem(await api.get(`${START}?${query}`), 422, field);
    });

    it.each([
      ['to', ''],
      ['to', '?to=nobody'],
      ['limit', '?to=%2B14155550100&limit=1'],
    ])('refuses to look into the sandbox with a wrong %s', async (field, query) => {
      expectProblem(await service.as(TEST_KEY).get(`/v1/sandbox/messages${query}`), 422, field);
    });

    it.each([
      ['no body', undefined, 400],
      ['an empty body', '', 400],
      ['half a body', '{"to":', 400],
      ['a single quote', "{'to':'+14155550100'}", 400],
      ['a list', '[]', 422],
      ['a text', '"+14155550100"', 422],
      ['null', 'null', 422],
      ['__proto__', '{"__proto__":{"to":"+14155550100"},"to":"+14155550100","channels":[{"channel":"sms"}]}', 400],
      ['__proto__ inside', '{"to":"+14155550100","channels":[{"channel":"sms"}],"metadata":{"__proto__":"x"}}', 400],
      [
        'constructor.prototype',
        '{"constructor":{"prototype":{}},"to":"+14155550100","channels":[{"channel":"sms"}]}',
        400,
      ],
      ['a huge body', JSON.stringify({ ...VALID, reference: long(40_000) }), 413],
      ['too many fields', JSON.stringify({ ...VALID, ...fields(2_500) }), 422],
      ['too many steps', JSON.stringify({ ...VALID, channels: Array(2_500).fill({}) }), 422],
      ['too deep a field', `{"to":"+14155550100","metadata":${'['.repeat(51)}${']'.repeat(51)}}`, 422],
      ['a deep body', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 422],
    ])('refuses %s', async (_, body, status) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await api.request('POST', START, body, headers);
      expectProblem(answer, status, status === 422 ? 'body' : undefined);
      expect(answer.body.code).toBe(CODES[status]);
    });

    it.each([START, '/v1/token'])('tells of the first 20 wrong fields for %s', async (path) => {
      const answer = await api.post(path, fields(2_000));
      expectProblem(answer, 422, 'x0');
      expect(answer.body.errors).toHaveLength(20);
      expect(answer.text.length).toBeLessThan(4_000);
    });

    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense'])(
      'refuses the content type %s',
      async (type) => {
        expectProblem(await api.request('POST', START, JSON.stringify(VALID), { 'content-type': type }), 415);
      },
    );

    it.each<[string, string, number]>([
      ['GET', `${START}/nonsense`, 404],
      ['GET', `${NOBODY.slice(0, -1)}G`, 404],
      ['GET', NOBODY.toUpperCase().replace('/V1/VERIFICATIONS', START), 404],
      ['GET', `${START}/${long(101)}`, 414],
      ['GET', `${START}/%00`, 404],
      ['GET', `${START}/..%2f..%2fhealth`, 404],
      ['GET', `${START}/%zz`, 400],
      ['POST', `${NOBODY}/cancel`, 404],
      ['POST', `${NOBODY}/nonsense`, 404],
      ['DELETE', NOBODY, 404],
      ['GET', '/nonsense', 404],
    ])('refuses %s %s', async (method, path, status) => {
      expectProblem(await api.request(method, path), status);
    });

    it('refuses a request id that is not harmless, and keeps one that is', async () => {
      const ask = async (id: string) =>
        (await api.request('POST', START, '{', { 'content-type': 'application/json', 'x-request-id': id })).headers.get(
          'x-request-id',
        );
      expect(await ask('order-1:2.3')).toBe('order-1:2.3');
      expect(await ask('a b')).not.toBe('a b');
      expect(await ask(long(101))).not.toBe(long(101));
    });
  });

  it('leaves the service well, and no fault in its log', async () => {
    expect(await service.ready()).toBe(true);
    expect(await service.wholeLog()).not.toMatch(/"level":(50|60)/);
  });

  it.each(BOUNDS)('takes %s at its bound', async (_, _beyond, allowed) => {
    const answer = await start({ ...allowed, to: freshNumber() });
    expect({ status: answer.status, errors: answer.body.errors }).toEqual({ status: 201, errors: undefined });
  });
});
