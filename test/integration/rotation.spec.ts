import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { makeKeyring, type Keyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import { hashOf, keysOf, openNote, sealNote } from '../../src/guard/entry-secrets.js';
import { GuardSettingsBook } from '../../src/guard/guard-settings.js';
import { Rewriting } from '../../src/rotation/rewriting.js';
import { ApplicationStore } from '../../src/store/application.store.js';
import { Changes } from '../../src/store/changes.js';
import { EntryStore } from '../../src/store/entry.store.js';
import { GuardSettingsStore } from '../../src/store/guard-settings.store.js';
import { PEPPER_LOST, PepperStore } from '../../src/store/pepper.store.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const [before, both, after] = [makeKeyring([OLD]), makeKeyring([NEW, OLD, NEW]), makeKeyring([NEW])];
const NUMBER = '+4915112345678';
const DONE = 'written with the secrets of now';

let redis: TestRedis;
let entries: EntryStore;
let applications: ApplicationStore;
let opened: Changes[];
let logged: string[];

beforeAll(async () => {
  redis = await TestRedis.start();
  entries = new EntryStore(redis.client);
  applications = new ApplicationStore(redis.client);
});

beforeEach(async () => {
  logged = [];
  opened = [];
  await redis.client.flushall();
});

afterEach(() => {
  for (const changes of opened) changes.onApplicationShutdown();
});

afterAll(async () => {
  await redis.stop();
});

/** One process, with the secrets that it has, and the application `shop` in its file. */
function started(ring: Keyring, peppers = new PepperStore(redis.client, ring)): Rewriting {
  const config = {
    redis: { mode: 'single', url: redis.url },
    applications: new Map([['shop', {}]]),
  } as unknown as Config;
  const logger = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
  const changes = new Changes(config, logger);
  opened.push(changes);
  const book = new GuardSettingsBook(config, ring, logger, new GuardSettingsStore(redis.client), entries, changes);
  const rewriting = new Rewriting(config, ring, logger, applications, book, peppers);
  rewriting.onApplicationBootstrap();
  return rewriting;
}

async function block(application: string): Promise<void> {
  const subject = { action: 'block', kind: 'number', value: hashOf(before, application, NUMBER) } as const;
  await entries.save(application, subject, keysOf(before), sealNote(before, application, subject, { number: NUMBER }));
}

const linesOf = (text: string): string[] => logged.filter((line) => line.includes(text));

it('what outlives the old secret is written anew, though nobody asks for it, and by several at once', async () => {
  const { id } = await applications.create('Quiet');
  const names = ['shop', id];
  for (const name of names) await block(name);
  const pepper = await new PepperStore(redis.client, before).get();
  const processes = [started(both), started(both)];
  await until('both to be done', () => linesOf(DONE).length === 2);
  for (const one of processes) await one.beforeApplicationShutdown();

  for (const name of names) {
    const [entry, ...more] = await entries.list(name, {}, '', 9);
    expect([entry!.value, more]).toEqual([hashOf(after, name, NUMBER), []]);
    expect(openNote(after, name, entry!, entry!.note)).toEqual({ number: NUMBER });
  }
  expect(await new PepperStore(redis.client, after).get()).toEqual(pepper);
  expect(JSON.parse(linesOf(DONE)[0]!)).toMatchObject({ applications: 2 });
});

it('does not say that it is done when keys need a secret that is not listed', async () => {
  await new PepperStore(redis.client, before).get();
  await block('shop');
  const rewriting = started(makeKeyring([NEW, Buffer.alloc(32, 3), NEW]));
  await until('it to be told', () => linesOf(PEPPER_LOST).length === 1);
  await rewriting.beforeApplicationShutdown();
  expect(linesOf(DONE)).toEqual([]);
});

it('is tried again while Redis is away', async () => {
  const peppers = new PepperStore(redis.client, both);
  const get = peppers.get.bind(peppers);
  peppers.get = () => {
    peppers.get = get;
    return Promise.reject(new Error('away'));
  };
  await block('shop');
  const rewriting = started(both, peppers);
  await until('it to be done', () => linesOf(DONE).length === 1);
  await rewriting.beforeApplicationShutdown();
  expect(linesOf('away')).toHaveLength(1);
  expect((await entries.list('shop', {}, '', 9))[0]!.value).toBe(hashOf(after, 'shop', NUMBER));
});
