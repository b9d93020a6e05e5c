import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { basic } from '../../support/geniq-door.js';
import { GeniqDoorBench } from '../../support/geniq-door-bench.js';
import { LIVE_KEY } from '../../support/service.js';
import { until } from '../../support/wait.js';

/** The calls of the vendor's documentation in one of its languages; only host and credentials are ours. */
interface Snippets {
  readonly token: (base: string) => Promise<string>;
  readonly verify: (base: string, token: string) => Promise<string>;
  readonly check: (base: string, token: string, id: string, code: string) => Promise<string>;
}

const [KEY, KEY_SECRET] = ['shop-live', LIVE_KEY];
const RECIPIENT = '6591234567';
const FIELDS = { recipient: RECIPIENT, originator: 'Hello', reference: '12345', expiry: '300' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const run = promisify(execFile);
/** Whatever the machine has set up for curl, the service is here. */
const HERE = ['-q', '-sS', '--noproxy', '*'];
const curlCalls = async (...args: string[]): Promise<string> => (await run('curl', [...HERE, ...args])).stdout;

const curl: Snippets = {
  token: (base) => curlCalls('-X', 'POST', `${base}/token`, '-H', `Authorization: ${basic(KEY, KEY_SECRET)}`),
  verify: (base, token) =>
    curlCalls(
      ...['-X', 'POST', `${base}/verify`, '-H', `Authorization: Bearer ${token}`],
      ...Object.entries(FIELDS).flatMap(([name, value]) => ['-d', `${name}=${value}`]),
    ),
  check: (base, token, id, code) =>
    curlCalls(
      ...['-X', 'POST', `${base}/verify/${id}?code=${code}`, '-H', `Authorization: Bearer ${token}`],
      ...['-d', 'reference=12345'],
    ),
};

/** What a client's HTTP library adds to what its caller says. */
type Headers = Readonly<Record<string, string>>;

async function post(url: string, headers: Headers, body?: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body });
  expect(response.ok).toBe(true);
  return response.text();
}

/** As axios posts: an object as JSON, a text as it is. */
const axiosPost = (url: string, data: object | string, { headers }: { headers: Headers }): Promise<string> => {
  const own = { accept: 'application/json, text/plain, */*', 'user-agent': 'axios/1.7.0' };
  if (typeof data === 'string') return post(url, { ...own, ...headers }, data);
  return post(url, { ...own, 'content-type': 'application/json', ...headers }, JSON.stringify(data));
};

const stringify = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

const node: Snippets = {
  token: (base) => axiosPost(`${base}/token`, {}, { headers: { Authorization: basic(KEY, KEY_SECRET) } }),
  verify: (base, token) =>
    axiosPost(`${base}/verify`, stringify(FIELDS), { headers: { Authorization: `Bearer ${token}`, ...FORM } }),
  check: (base, token, id, code) =>
    axiosPost(`${base}/verify/${id}?code=${code}`, stringify({ reference: '12345' }), {
      headers: { Authorization: `Bearer ${token}`, ...FORM },
    }),
};

/** As Python's requests and Go's net/http post: without a body they name no type. */
const plain = (own: Headers): Snippets => ({
  token: (base) => post(`${base}/token`, { ...own, authorization: basic(KEY, KEY_SECRET) }),
  verify: (base, token) =>
    post(`${base}/verify`, { ...own, ...FORM, authorization: `Bearer ${token}` }, stringify(FIELDS)),
  check: (base, token, id, code) =>
    post(
      `${base}/verify/${id}?code=${code}`,
      { ...own, ...FORM, authorization: `Bearer ${token}` },
      stringify({ reference: '12345' }),
    ),
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('the calls of GENIQ’s documentation, with only the host changed', () => {
  const bench = GeniqDoorBench.use();

  async function verifyBy({ token, verify, check }: Snippets): Promise<void> {
    const base = `${bench.service.url}/geniq/rest/v1`;
    const before = bench.sentTo(RECIPIENT).length;
    const entered = JSON.parse(await token(base)) as Record<string, string>;
    expect(entered).toEqual({
      expiry: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/),
      responseMessage: 'Success',
      responseCode: '0',
      token: expect.any(String),
    });
    const sent = JSON.parse(await verify(base, entered.token!)) as { messageIds: string[] };
    const success = { reference: '12345', responseMessage: 'Success', responseCode: '0' };
    expect(sent).toEqual({ ...success, messageIds: [expect.any(String)] });
    const sms = await until('the SMS', () => bench.sentTo(RECIPIENT)[before]);
    expect(sms.fields.originator).toBe('Hello');
    const code = /\d{6}/.exec(String(sms.fields.message))![0];
    expect(JSON.parse(await check(base, entered.token!, sent.messageIds[0]!, code))).toEqual(success);
  }

  (hasCurl ? it : it.skip)('curl, run where it is on the PATH', () => verifyBy(curl));

  it('Node, with the requests of axios', () => verifyBy(node));

  it('Python, with the requests of requests', () =>
    verifyBy(plain({ accept: '*/*', 'accept-encoding': 'gzip, deflate', 'user-agent': 'python-requests/2.32.0' })));

  it('Go, with the requests of net/http', () =>
    verifyBy(plain({ 'accept-encoding': 'gzip', 'user-agent': 'Go-http-client/1.1' })));
});
