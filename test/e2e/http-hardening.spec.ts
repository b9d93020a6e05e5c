import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { RawClient } from '../support/raw-http.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
/** Clients that take their time, from the beginning of this file: nobody waits for them until its end. */
let slow: Record<string, RawClient>;

const HEAD = `POST /v1/verifications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${LIVE_KEY}\r\n`;
const STACK = /\bat \S+ ?\(?\S+:\d+:\d+|node_modules\//;
const JSON_TYPE = 'content-type: application/json\r\n';

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url) }, { doors: { qikberry: true, geniq: true } });
  service = await Service.start({ redisUrl: redis.url, config });
  slow = {
    'says nothing': new RawClient(service.url),
    'sends its headers byte by byte': new RawClient(service.url).send(HEAD).drip('x-slow: y\r\n', 200),
    'sends its body byte by byte': new RawClient(service.url)
      .send(`${HEAD}${JSON_TYPE}content-length: 30000\r\n\r\n`)
      .drip(' ', 200),
  };
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

async function raw(text: string): Promise<string> {
  const client = new RawClient(service.url).send(text);
  await until('an answer', () => client.received.includes('\r\n\r\n') || client.closed);
  client.socket.destroy();
  return client.received;
}

const request = (headers: string, body = '{}'): Promise<string> =>
  raw(`${HEAD}${headers}content-length: ${body.length}\r\n\r\n${body}`);

describe('every answer', () => {
  it.each([
    '/v1/verifications',
    '/docs',
    '/openapi.json',
    '/health/live',
    '/nothing',
    '/v1/verifications/%zz',
    '/qikberry/api/v2/x',
  ])('of %s tells browsers to be careful, and nobody what it runs on', async (path) => {
    const { headers, text } = await service.as(LIVE_KEY).get(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'self';/) as unknown,
      'strict-transport-security': expect.stringContaining('max-age=') as unknown,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    for (const name of ['x-powered-by', 'server', 'access-control-allow-origin']) expect(headers.get(name)).toBeNull();
    expect(STACK.test(text)).toBe(false);
  });

  it('lets a page of another origin do nothing', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const asked = await service.as(LIVE_KEY).request('OPTIONS', '/v1/verifications', undefined, headers);
    expect([asked.status, asked.body.code]).toEqual([404, 'not_found']);
    expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('shows /docs, whose scripts its own policy lets run', async () => {
    const page = await service.as(LIVE_KEY).get('/docs');
    const sources = [...page.text.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"/g)].map(
      ([, source]) => source!,
    );
    expect(sources.length).toBeGreaterThan(2);
    expect(sources.filter((source) => /^(https?:)?\/\//.test(source))).toEqual([]);
    expect(page.text).not.toMatch(/<script>(?!\s*<)/);
    for (const source of sources) {
      const { status } = await service.as(LIVE_KEY).get(new URL(source, `${service.url}/docs`).pathname);
      expect([source, status]).toEqual([source, 200]);
    }
  });
});

it('describes itself once, in JSON, and does not write YAML anew for each who asks', async () => {
  const [json, yaml] = await Promise.all(['/openapi.json', '/docs-yaml'].map((path) => fetch(service.url + path)));
  expect([json?.status, json?.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(yaml?.status).toBe(404);
});

describe('what is no honest request is refused', () => {
  it.each([
    ['authorization: Bearer another\r\n', 'two keys'],
    [`x-api-key: ${LIVE_KEY}\r\nx-api-key: another\r\n`, 'two keys by another way'],
    ['content-type: application/json\r\ncontent-type: text/plain\r\n', 'two types'],
    ['Idempotency-Key: a\r\nidempotency-key: b\r\n', 'two names for one call'],
  ])('%j (%s)', async (headers) => {
    const answer = await request(headers);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a method that there is not', `FETCH / HTTP/1.1\r\nhost: x\r\n\r\n`, 400],
    ['two lengths', `${HEAD}${JSON_TYPE}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400],
    ['a length and pieces', `${HEAD}${JSON_TYPE}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`, 400],
    ['a header with a blank in its name', `${HEAD}x y: 1\r\n\r\n`, 400],
    ['no host', 'GET /v1/verifications HTTP/1.1\r\n\r\n', 400],
    ['headers without end', `${HEAD}x: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
    ['a body without end', `${HEAD}${JSON_TYPE}content-length: 32769\r\n\r\n`, 413],
    [
      'pieces without end',
      `${HEAD}${JSON_TYPE}transfer-encoding: chunked\r\n\r\n9000\r\n${'x'.repeat(0x9000)}\r\n`,
      413,
    ],
  ])('%s', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(STACK.test(answer)).toBe(false);
  });

  it.each([
    ['POST', '/v1/verifications?__proto__=1', 'text/plain', 415],
    ['GET', '/v1/verifications?__proto__[limit]=1', undefined, 422],
    ['GET', '/v1/verifications?constructor.prototype.limit=1', undefined, 422],
    ['GET', '/v1/verifications?limit=1&limit=2', undefined, 422],
    ['POST', '/v1/verifications', 'application/json+x', 415],
  ])('%s %s as %s', async (method, path, type, status) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const answer = await service.as(LIVE_KEY).request(method, path, type === undefined ? undefined : '{}', headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json'])(
    'nothing, named as %s: only where there is something to send',
    async (type) => {
      const api = service.as(LIVE_KEY);
      const { id } = (await api.start(freshNumber())).body;
      const send = (path: string) => api.request('POST', path, '', { 'content-type': type });
      expect((await send(`/v1/verifications/${id}/cancel`)).status).toBe(200);
      expect((await send('/v1/verifications')).status).toBe(type === 'application/json' ? 400 : 415);
    },
  );

  it('a form that would change what all objects have', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = '__proto__=x&__proto__[scope]=admin&constructor.prototype=x&constructor=x';
    await service.as(LIVE_KEY).request('POST', '/geniq/rest/v1/verify', form, headers);
    const answer = await service.as(LIVE_KEY).start(freshNumber());
    expect([answer.status, answer.text.includes('admin')]).toEqual([201, false]);
  });
});

describe('who is slow on purpose', () => {
  it.each(['says nothing', 'sends its headers byte by byte', 'sends its body byte by byte'])(
    'and %s is cut off',
    async (who) => {
      await until('the connection to be cut', () => slow[who]!.closed, 40_000);
      expect(slow[who]!.received).toMatch(/^$|^HTTP\/1\.1 408 .*application\/problem\+json/s);
    },
  );

  it('has kept nobody else from being served', async () => {
    expect((await service.as(LIVE_KEY).start(freshNumber())).status).toBe(201);
    expect(await service.wholeLog()).not.toMatch(/"level":(50|60)/);
  });
});

/** How many connections Linux lets wait to be accepted, whatever a process asks for. */
const mayWait = (): number => {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  } catch {
    return 0;
  }
};

describe('a process that is busy with others', () => {
  const many = 700;
  const test = mayWait() > many ? it : it.skip;

  test('has room for a burst of connections', async () => {
    service.child.signal('SIGSTOP');
    const clients = Array.from({ length: many }, () => new RawClient(service.url));
    try {
      await until('all to be connected', () => clients.every(({ socket }) => !socket.connecting));
    } finally {
      service.child.signal('SIGCONT');
      for (const { socket } of clients) socket.destroy();
    }
    expect(await service.ready()).toBe(true);
  });
});
