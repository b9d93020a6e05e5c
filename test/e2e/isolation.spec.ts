import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnySchemaObject } from 'ajv';
import { webhookLeaseKey } from '../../src/store/webhook.keys.js';
import { ADMIN_KEY } from '../support/admin.js';
import type { Answer, Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { sample } from '../support/sample.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, Service, TEST_KEY } from '../support/service.js';
import { startAndReceive, type Started } from '../support/started.js';
import { until } from '../support/wait.js';

const OTHER_TEST_KEY = 'test_key_of_another_0123456789';
const REFERENCE = 'reference-of-the-shop';
const PROFILE = 'profile-of-the-shop';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters?: { name: string; in: string; required?: boolean; schema: AnySchemaObject }[];
  readonly requestBody?: { content: Record<string, { schema: AnySchemaObject }> };
}

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
/** Who has something, and who would like to have it: with a key of each mode, and every scope but `admin`. */
let shop: Api;
let others: Api[];
let started: Started;
let operations: Operation[];
/** Ids of the shop's, by the path under which they stand. */
const ids = new Map<string, string>();

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const scopes = ['verifications', 'profiles', 'webhooks', 'pii:read'];
  const key = (id: string, token: string, mode: string): object => ({ id, token, mode, scopes });
  const applications = {
    shop: { keys: [key('shop-live', LIVE_KEY, 'live'), key('shop-test', TEST_KEY, 'test')], limits: 'off' },
    other: { keys: [key('other-live', OTHER_KEY, 'live'), key('other-test', OTHER_TEST_KEY, 'test')], limits: 'off' },
  };
  const config = configuration({ gateway: httpAccount(gateway.url) }, { applications });
  service = await Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ADMIN_KEY: ADMIN_KEY } });
  shop = service.as(LIVE_KEY);
  others = [service.as(OTHER_KEY), service.as(OTHER_TEST_KEY)];
  operations = await allOperations();

  const tried = await service.as(TEST_KEY).start('+14155552671');
  const profile = await shop.post('/v1/profiles', { name: PROFILE, channels: [{ channel: 'sms' }] });
  started = await startAndReceive(shop, gateway, { profile: PROFILE, channels: undefined, reference: REFERENCE });
  await until('the attempt to be over', async () => (await shop.read(started.id)).body.delivery === 'sent');
  const sandboxed = async (): Promise<Answer> => service.as(TEST_KEY).read(tried.body.id);
  await until('the receipt of the sandbox', async () => (await sandboxed()).body.delivery === 'delivered');
  // Told after a webhook is there, it would be sent to that one while we compare.
  const events = async (): Promise<string> => (await shop.get('/v1/events')).text;
  await until('its event', async () => (await events()).includes('verification.delivered'));
  ids.set('/v1/verifications', started.id);
  ids.set('/v1/profiles', profile.body.id);
  ids.set('/v1/profiles/{id}/channels', (profile.body as unknown as { channels: { id: string }[] }).channels[0]!.id);
  const block = { rule: 'pumping_prefix', label: '+49151**', since: Date.now(), until: Date.now() + 3_600_000 };
  await redis.client.hset('pl:{g:shop}:b', 'prefix-of-the-shop', JSON.stringify(block));
  ids.set('/v1/blocks', 'prefix-of-the-shop');
  ids.set('/v1/applications', 'shop');
  ids.set('/v1/applications/{id}/keys', 'shop-live');
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

async function allOperations(): Promise<Operation[]> {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
}

/** The address with the shop's ids in it. What this test has never heard of is made, with the smallest body. */
async function addressOf(path: string): Promise<string> {
  let address = '';
  let pattern = '';
  for (const segment of path.slice(1).split('/')) {
    address += `/${segment.startsWith('{') ? await idUnder(pattern, address) : segment}`;
    pattern += `/${segment}`;
  }
  return address;
}

async function idUnder(pattern: string, address: string): Promise<string> {
  const known = ids.get(pattern);
  if (known !== undefined) return known;
  const maker = operations.find(({ method, path }) => method === 'POST' && path === pattern);
  const answer = await shop.post(address, maker && bodyOf(maker));
  if (typeof answer.body.id !== 'string') {
    throw new Error(`say in this test what the shop has under ${pattern}: to make it was answered ${answer.text}`);
  }
  ids.set(pattern, answer.body.id);
  return answer.body.id;
}

function bodyOf({ requestBody }: Operation): unknown {
  const schema = requestBody?.content['application/json']?.schema;
  return schema && sample(schema);
}

/** Waits until what was set going has come to rest. */
async function atRest(): Promise<Record<string, string>> {
  let before = await everything();
  await until('Redis to stay as it is', async () => {
    await sleep(300);
    const now = await everything();
    const same = isDeepStrictEqual(now, before);
    before = now;
    return same;
  });
  return before;
}

/** Who sends webhooks looks for work by itself now and then, and has a lease while it does. */
const isLease = (key: string): boolean => key === webhookLeaseKey('shop');

/** What stands in Redis, but for the queue, which has a life of its own. */
async function everything(): Promise<Record<string, string>> {
  const entries = await redis.dump();
  return Object.fromEntries(
    entries.filter(({ key }) => !key.startsWith('{pl:q') && !isLease(key)).map(({ key, value }) => [key, value]),
  );
}

describe('P12: an application never sees or changes what is another’s', () => {
  it('by its ids, on any route', async () => {
    const routes = operations.filter(({ path }) => path.includes('{'));
    expect(routes.length).toBeGreaterThanOrEqual(15);
    const addresses = new Map<string, string>();
    for (const { path } of routes) addresses.set(path, await addressOf(path));
    const before = await atRest();
    expect(Object.keys(before).length).toBeGreaterThan(5);

    const answers: string[] = [];
    for (const route of routes) {
      for (const other of others) {
        const { status } = await other.request(route.method, addresses.get(route.path)!, bodyOf(route));
        if (status !== 404 && status !== 403) answers.push(`${route.method} ${route.path}: ${status}`);
      }
    }

    expect(answers).toEqual([]);
    expect(await everything()).toEqual(before);
    expect((await shop.check(started.id, started.code)).body.result).toBe('approved');
  });

  it('by lists and searches', async () => {
    const secrets = [...ids.values(), started.to, REFERENCE, PROFILE].filter((text) => text !== 'shop');
    const found: Record<string, string> = {
      to: started.to,
      reference: REFERENCE,
      name: PROFILE,
      id: started.id,
      status: 'pending',
    };
    const searches = operations.filter(({ method, path }) => method === 'GET' && /^\/v1\/[^{]*$/.test(path));
    expect(searches.length).toBeGreaterThanOrEqual(3);

    for (const { path, parameters = [] } of searches) {
      const inQuery = parameters.filter((parameter) => parameter.in === 'query');
      const must = inQuery
        .filter(({ required }) => required)
        .map(({ name, schema }) => [name, found[name] ?? String(sample(schema))]);
      const queries = [
        must,
        ...inQuery.filter(({ name }) => name in found).map(({ name }) => [...must, [name, found[name]!]]),
      ];
      for (const query of queries) {
        const address = `${path}?${new URLSearchParams(Object.fromEntries(query) as Record<string, string>).toString()}`;
        for (const other of others) {
          const { text } = await other.get(address);
          const shown = JSON.stringify((JSON.parse(text) as { data?: unknown }).data ?? {});
          expect({ address, leaks: secrets.filter((secret) => shown.includes(secret)) }).toEqual({
            address,
            leaks: [],
          });
        }
      }
    }
  });

  it('by naming what is another’s in a body', async () => {
    const [other] = others;
    for (const profile of [PROFILE, ids.get('/v1/profiles')!]) {
      const answer = await other!.start('+14155552672', { profile, channels: undefined });
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, 'profile']);
    }
  });
});
