import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Config, Template } from '../../src/config/config.js';
import { Changes } from '../../src/store/changes.js';
import { PushedCache } from '../../src/store/pushed-cache.js';
import { TemplateStore } from '../../src/store/template.store.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let store: TemplateStore;
let changes: Changes;
let cache: PushedCache<Template[]>;
let asked: number;
let names = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  store = new TemplateStore(redis.client);
});

beforeEach(async () => {
  changes = new Changes({ redis: { mode: 'single', url: redis.url } } as unknown as Config, pino({ enabled: false }));
  asked = 0;
  cache = new PushedCache(changes, 't', (application) => {
    asked++;
    return store.list(application);
  });
  await until('the subscription', () => changes.heard);
});

afterEach(() => {
  changes.onApplicationShutdown();
});

afterAll(async () => {
  await redis.stop();
});

/** As another process does it: this one only hears of it. */
async function make(application: string): Promise<Template> {
  const name = `name-${++names}`;
  const template: Template = { id: `id-${names}`, application, name, status: 'active', texts: { en: '{{code}}' } };
  expect(await store.save(template)).toBe('saved');
  return template;
}

/** Waits until what is known is what is there. */
const knows = (application: string, ids: string[]): Promise<unknown> =>
  until(`${ids.join()} to be known`, async () => {
    const known = (await cache.get(application)).map(({ id }) => id).sort();
    return known.join() === [...ids].sort().join();
  });

/** Nothing is under way any more that would make it forget. */
async function settled(application: string): Promise<void> {
  await until('it to be remembered', async () => {
    const before = asked;
    await cache.get(application);
    return asked === before;
  });
}

it('asks once for each application, and again after a change of that one', async () => {
  const first = await make('shop');
  await knows('shop', [first.id]);
  await settled('shop');
  await cache.get('other');
  const before = asked;

  const second = await make('shop');
  await knows('shop', [first.id, second.id]);
  expect(await store.delete('shop', first.id)).toBe('deleted');
  await knows('shop', [second.id]);
  expect(asked).toBeGreaterThanOrEqual(before + 2);

  await settled('shop');
  const settledAt = asked;
  await Promise.all([cache.get('shop'), cache.get('shop'), cache.get('other')]);
  expect(asked).toBe(settledAt);
});

it('does not remember what a change has overtaken', async () => {
  await settled('late');
  cache.forget('late');
  let answer: (templates: Template[]) => void = () => undefined;
  const ask = () => new Promise<Template[]>((resolve) => (answer = resolve));
  const slow = new PushedCache(changes, 't', ask);
  const old = slow.get('late');
  const shared = slow.get('late');
  const first = answer;
  await make('late');
  await until('the news', () => slow.get('late') !== old);
  expect(shared).toBe(old);
  first([]);
  expect(await old).toEqual([]);
  expect(slow.get('late')).not.toBe(old);
});

it('does not remember failures', async () => {
  let fails = true;
  const shaky = new PushedCache<string>(changes, 't', () =>
    fails ? Promise.reject(new Error('Connection is closed.')) : Promise.resolve('there'),
  );
  await expect(shaky.get('shop')).rejects.toThrow('closed');
  fails = false;
  expect(await shaky.get('shop')).toBe('there');
});

it('knows nothing without a connection over which it would hear of changes', async () => {
  const application = 'unheard';
  await settled(application);
  // As when the news is lost with the connection that would have brought it.
  const before = asked;
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  // Well before what is known would be asked for again anyway.
  await until('the loss to be noticed', async () => {
    await cache.get(application);
    return asked > before;
  });
  await until('the subscription', () => changes.heard);
  await settled(application);
});
