import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AnySchemaObject } from 'ajv';
import { ADMIN_KEY } from '../support/admin.js';
import { Fuzzer } from '../support/fuzz.js';
import { Gateway } from '../support/gateway.js';
import { randomFrom } from '../support/random.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service, TEST_KEY } from '../support/service.js';

/** In the long form 10 000, others each time. A failing run prints its seed. */
const { PASSLANE_FUZZ_REQUESTS, PASSLANE_FUZZ_SEED } = process.env;
const REQUESTS = Number(PASSLANE_FUZZ_REQUESTS ?? 1_500);
const SEED = Number(PASSLANE_FUZZ_SEED ?? (PASSLANE_FUZZ_REQUESTS === undefined ? 1 : Date.now() % 1e9));
const AT_A_TIME = 16;
/** Far longer than any answer takes on a busy machine: what takes longer hangs. */
const HANGS_AFTER_MS = 20_000;
const MOST_GROWTH_MB = 150;
/** What people make, and the queue's own keys: all else must go away by itself. */
const LASTS = /^(\{pl:q\d*\}|pl:\{ak\}|pl:\{pf:|pl:\{ev:[^}]*\}:wh$)/;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters?: { name: string; in: string; schema?: AnySchemaObject }[];
  readonly requestBody?: { content: Record<string, { schema?: AnySchemaObject }> };
}

/** What an honest caller would give, by the field's name. */
const KNOWN: Record<string, unknown[]> = {
  to: ['+14155552671', '+447700900903', '(415) 555-2671', '14155552671', 'max@example.com'],
  recipient: ['14155552671', '+44 7700 900123'],
  originator: ['Shop', '+14155550100'],
  country: ['US', 'GB'],
  profile: ['login', 'p1'],
  name: ['p1', 'p2', 'p3', 'sms', 'tts', 'message.sent'],
  channel: ['sms', 'voice', 'email', 'whatsapp'],
  code: ['123456', '1234'],
  template: ['{{code}} is yours', 'Pin {token}', 'Pin [CODE]'],
  reference: ['order-7'],
  locale: ['en', 'pt-BR'],
  url: ['https://hooks.invalid/x'],
  client_ip: ['192.0.2.1'],
  wait: ['0'],
  limit: ['1', '20'],
  from: ['Shop'],
};

/** Requests that are right, of which one field is made wrong, or none: so that what is behind the checks is reached too. */
const HONEST: Record<string, object> = {
  'POST /v1/verifications': { to: '+14155552671', channels: [{ channel: 'sms' }] },
  'POST /v1/verifications/{id}/check': { code: '123456' },
  'POST /v1/profiles': { name: 'p1', channels: [{ channel: 'sms' }] },
  'PUT /v1/profiles/{id}/channels': { channels: [{ channel: 'sms' }, { channel: 'email' }] },
  'POST /qikberry/api/v2/verify/send': { channels: [{ name: 'sms', recipient: { to: '14155552671' } }] },
};

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let operations: Operation[];
/** How often something was done after all, by method and place. */
const succeeded = new Map<string, number>();
const ids: string[] = ['shop', 'shop-live', 'login', 'p1'];

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const scopes = ['verifications', 'profiles', 'webhooks', 'pii:read'];
  const keys = [
    { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes },
    { id: 'shop-test', token: TEST_KEY, mode: 'test', scopes },
  ];
  const config = configuration(
    { gateway: httpAccount(gateway.url) },
    {
      applications: { shop: { keys, limits: 'off' } },
      doors: { qikberry: true, bics: true, geniq: true },
      profiles: { 'shop/login': { channels: [{ channel: 'sms' }] } },
    },
  );
  // Whatever is kept for ever would not fit into so small a heap.
  const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY, NODE_OPTIONS: '--max-old-space-size=192' };
  service = await Service.start({ redisUrl: redis.url, config, env });
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
  };
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

interface Fuzzed {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function fuzzed(fuzz: Fuzzer, { method, path, parameters = [], requestBody }: Operation): Fuzzed {
  const segment = (): string => inAddress(fuzz.chance(0.8) ? fuzz.pick(ids) : fuzz.hostile()) || 'x';
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && fuzz.chance(0.5))
    .map(({ name, schema = {} }) => [name, String(fuzz.value(schema, KNOWN, name))] as const)
    // Whoever asks to wait for news waits.
    .map(([name, value]) => [name, name === 'wait' && Number(value) > 0 ? '0' : value] as const);
  if (fuzz.chance(0.05)) query.push([fuzz.hostile(), fuzz.hostile()]);
  const address = path.replace(/\{[^}]+\}/g, segment);
  const search = query.map(([name, value]) => `${inAddress(name)}=${inAddress(value)}`).join('&');
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return {
    method,
    path: search === '' ? address : `${address}?${search}`,
    headers: headersOf(fuzz, path, type),
    body: type === undefined ? undefined : bodyOf(fuzz, type, content?.schema ?? {}, HONEST[`${method} ${path}`]),
  };
}

function headersOf(fuzz: Fuzzer, path: string, type: string | undefined): Record<string, string> {
  const key = /^\/v1\/applications|details/.test(path) ? ADMIN_KEY : fuzz.pick([LIVE_KEY, LIVE_KEY, TEST_KEY]);
  const odd = (name: string, chance: number): Record<string, string> => {
    const value = fuzz.hostile().slice(0, 300);
    return fuzz.chance(chance) && /^[\x21-\x7e][\x20-\x7e]*$/.test(value) ? { [name]: value.trim() } : {};
  };
  return {
    authorization: `Bearer ${key}`,
    ...(type !== undefined && { 'content-type': type }),
    ...odd('content-type', 0.03),
    ...odd('x-request-id', 0.1),
    ...odd('idempotency-key', 0.1),
    ...odd('authorization', 0.02),
    ...odd('accept', 0.05),
    ...odd('x-forwarded-for', 0.05),
  };
}

function bodyOf(fuzz: Fuzzer, type: string, schema: AnySchemaObject, honest?: object): string {
  const made = fuzz.value(schema, KNOWN);
  const one = Object.entries(made ?? {}).slice(0, fuzz.chance(0.5) ? 1 : 0);
  const value = honest && fuzz.chance(0.5) ? { ...honest, ...Object.fromEntries(one) } : made;
  if (type !== 'application/json') {
    const fields = Object.entries((value ?? {}) as Record<string, unknown>);
    return fields.map(([name, one]) => `${inAddress(name)}=${inAddress(String(one))}`).join('&');
  }
  const text = JSON.stringify(value);
  return fuzz.chance(0.03) ? text.slice(0, Math.floor(text.length / 2)) : text;
}

/** Half a character has no form in an address: its bytes have. */
const inAddress = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '')) || '%ED%A0%80';

/** What is wrong with an answer; undefined when nothing is. */
async function faultOf({ method, path, headers, body }: Fuzzed): Promise<string | undefined> {
  const told = `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${String(body).slice(0, 500)}`;
  try {
    const hasBody = body !== undefined && method !== 'GET';
    const signal = AbortSignal.timeout(HANGS_AFTER_MS);
    const answer = await fetch(service.url + path, { method, headers, signal, ...(hasBody && { body }) });
    const text = await answer.text();
    if (answer.status >= 500) return `${answer.status}: ${told} → ${text}`;
    if (answer.ok) remember(text, `${method} ${path.split('?')[0]!.split('/').slice(0, 3).join('/')}`);
    if (answer.status < 400) return undefined;
    const isDoor = /^\/(qikberry|bics|geniq)\//.test(path);
    const wanted = isDoor ? 'application/json' : 'application/problem+json';
    if (!answer.headers.get('content-type')?.startsWith(wanted)) return `no ${wanted}: ${told} → ${text}`;
    const { code, status } = JSON.parse(text) as { code?: unknown; status?: unknown };
    if (!isDoor && (typeof code !== 'string' || status !== answer.status)) return `no problem: ${told} → ${text}`;
    return /\\n\s+at \S|node_modules/.test(text) ? `a stack: ${told} → ${text}` : undefined;
  } catch (error) {
    return `${String(error)}: ${told}`;
  }
}

/** Ids that answers have given lead to what is behind other routes. */
function remember(text: string, place: string): void {
  succeeded.set(place, (succeeded.get(place) ?? 0) + 1);
  for (const [, id] of text.matchAll(/"id":"([\w-]{8,64})"/g)) {
    if (ids.length < 400) ids.push(id!);
    else ids[4 + ((id!.charCodeAt(0) * 7 + id!.charCodeAt(id!.length - 1)) % 396)] = id!;
  }
}

async function run(fuzz: Fuzzer, count: number): Promise<string[]> {
  const starts = operations.find(({ method, path }) => method === 'POST' && path === '/v1/verifications')!;
  const faults: string[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0 && faults.length < 20) {
      // The more routes there are, the less often the one is met that all others are about.
      const operation = fuzz.chance(0.05) ? starts : fuzz.pick(operations);
      const fault = await faultOf(fuzzed(fuzz, operation));
      if (fault !== undefined) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return faults;
}

/** Megabytes that the service's process takes; 0 where nobody says. */
function memory(): number {
  const file = `/proc/${service.child.process.pid ?? 0}/status`;
  const line = existsSync(file) ? /VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8')) : null;
  return Math.round(Number(line?.[1] ?? 0) / 1_024);
}

it(
  'whatever is sent to any route: no 5xx, no hang, a problem that says what is wrong, and nothing that stays',
  async () => {
    expect(operations.length).toBeGreaterThan(40);
    const fuzz = new Fuzzer(randomFrom(SEED));
    const first = await run(fuzz, Math.ceil(REQUESTS / 2));
    const before = memory();
    const faults = [...first, ...(await run(fuzz, Math.floor(REQUESTS / 2)))];

    // What only bounces off the first check proves little.
    const done = [...succeeded.values()].reduce((sum, count) => sum + count, 0);
    expect(done).toBeGreaterThan(REQUESTS / 10);
    expect(succeeded.get('POST /v1/verifications')).toBeGreaterThan(REQUESTS / 500);
    expect({ seed: SEED, faults }).toEqual({ seed: SEED, faults: [] });
    expect(await service.ready()).toBe(true);
    expect(service.log.split('\n').filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    expect(memory() - before).toBeLessThan(MOST_GROWTH_MB);
    const lasting = (await redis.dump()).filter(({ ttl }) => ttl < 0).map(({ key }) => key);
    expect(lasting.filter((key) => !LASTS.test(key))).toEqual([]);
  },
  30_000 + REQUESTS * 40,
);
