import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { KeyCache } from '../../src/applications/key-cache.js';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import { Changes, changesChannel } from '../../src/store/changes.js';
import { KeyStore, type FoundKey } from '../../src/store/key.store.js';
import { PepperStore } from '../../src/store/pepper.store.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

const KEY: FoundKey = {
  id: 'key-1',
  version: '1',
  application: 'shop',
  applicationActive: true,
  mode: 'live',
  scopes: ['verifications'],
};

/** Answers when it is told to. */
class SlowStore extends KeyStore {
  asked = 0;
  answers: Promise<FoundKey | undefined> = Promise.resolve(KEY);

  override findByToken(): Promise<FoundKey | undefined> {
    this.asked++;
    return this.answers;
  }
}

let redis: TestRedis;
let store: SlowStore;
let changes: Changes;
let cache: KeyCache;

beforeAll(async () => {
  redis = await TestRedis.start();
});

beforeEach(async () => {
  store = new SlowStore(redis.client);
  const peppers = new PepperStore(redis.client, makeKeyring([Buffer.alloc(32, 1)]));
  const logger = pino({ enabled: false });
  changes = new Changes({ redis: { mode: 'single', url: redis.url } } as unknown as Config, logger);
  cache = new KeyCache(logger, changes, store, peppers);
  await until('the subscription', async () => (await tell('nothing')) === 1);
});

afterEach(() => {
  changes.onApplicationShutdown();
});

afterAll(async () => {
  await redis.stop();
});

const tell = (what: string): Promise<number> => redis.client.publish(changesChannel, what);

/** @returns whether it was known already */
async function find(): Promise<boolean> {
  const found = cache.findToken('name', 'token');
  expect((await found)?.caller.keyId).toBe(KEY.id);
  return !(found instanceof Promise);
}

const remembered = (): Promise<true> => until('it to be remembered', find);

it('asks once, and again when the key or its application has changed', async () => {
  expect(await find()).toBe(false);
  await remembered();
  for (const what of ['k:key-1', 'a:shop']) {
    await tell(what);
    await until(`${what} to be heard`, async () => !(await find()));
    await remembered();
  }
  const { asked } = store;
  await tell('k:key-2');
  await tell('a:other');
  await find();
  expect(await find()).toBe(true);
  expect(store.asked).toBe(asked);
});

it('does not remember an answer that a change has overtaken', async () => {
  await remembered();
  await tell('k:key-1');
  await until('it to be heard', () => cache.findToken('name', 'token') instanceof Promise);
  let answer: (key: FoundKey) => void = () => undefined;
  store.answers = new Promise((resolve) => (answer = resolve));
  const late = cache.findToken('name', 'token');
  cache.forget('k:key-1');
  answer(KEY);
  await late;
  expect(cache.findToken('name', 'token')).toBeInstanceOf(Promise);
});

it('does not remember tokens that nobody has', async () => {
  store.answers = Promise.resolve(undefined);
  expect(await cache.findToken('name', 'token')).toBeUndefined();
  expect(cache.findToken('name', 'token')).toBeInstanceOf(Promise);
});
