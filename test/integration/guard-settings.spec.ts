import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { makeKeyring, type Keyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import { hashOf, keysOf, openNote, sealNote } from '../../src/guard/entry-secrets.js';
import { GuardSettingsBook } from '../../src/guard/guard-settings.js';
import type { GuardSettings } from '../../src/guard/policy.js';
import { Changes } from '../../src/store/changes.js';
import { EntryStore, MOST_ENTRIES } from '../../src/store/entry.store.js';
import { GuardSettingsStore } from '../../src/store/guard-settings.store.js';
import { RuleStore, type StoredRule } from '../../src/store/rule.store.js';
import { allSettingsKeys, settingsKey } from '../../src/store/settings-keys.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const NUMBER = '+4915112345678';
const SHOP = 'shop';

let redis: TestRedis;
let entries: EntryStore;
let settings: GuardSettingsStore;
let rules: RuleStore;
let logged: string[];
let opened: Changes[];

beforeAll(async () => {
  redis = await TestRedis.start();
  entries = new EntryStore(redis.client);
  settings = new GuardSettingsStore(redis.client);
  rules = new RuleStore(redis.client);
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

/** One process, with the secrets that it has, and what it knows. */
function started(ring: Keyring = makeKeyring([OLD])): { book: GuardSettingsBook; changes: Changes } {
  const config = { redis: { mode: 'single', url: redis.url }, applications: new Map() } as unknown as Config;
  const logger = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  const changes = new Changes(config, logger);
  opened.push(changes);
  return { changes, book: new GuardSettingsBook(config, ring, logger, settings, entries, changes) };
}

/** A blocked number's entry; undefined when there is no room. */
async function block(number = NUMBER, ring = makeKeyring([OLD]), expiresAt?: number): Promise<string | undefined> {
  const subject = { action: 'block', kind: 'number', value: hashOf(ring, SHOP, number) } as const;
  const note = sealNote(ring, SHOP, subject, { number, reason: 'because' });
  return (await entries.save(SHOP, subject, keysOf(ring), note, expiresAt))?.entry.id;
}

const list = () => entries.list(SHOP, {}, '', 100);
const valuesOf = async (ring?: Keyring) => (await started(ring).book.load(SHOP)).entries?.map(({ value }) => value);

const rule: StoredRule = {
  id: 'rule-1',
  application: SHOP,
  name: 'sessions',
  key: 'client_ip',
  limits: ['5/1h'],
  mode: 'enforce',
  status: 'active',
};

describe('what was said about the guard', () => {
  it('comes in one round trip, and is asked for once', async () => {
    const { book, changes } = started();
    await until('the subscription', () => changes.heard);
    const nothing = await book.settingsOf(SHOP);
    expect(nothing).toEqual({});
    // The same object: whoever has derived something from it goes by that.
    expect(await book.settingsOf('other')).toBe(nothing);

    await rules.save(rule);
    await settings.set(SHOP, { pumping_prefix: 'monitor' });
    await block();
    await until('the changes to be heard', async () => (await book.settingsOf(SHOP)).entries?.length === 1);
    await redis.client.config('RESETSTAT');
    book.forget(SHOP);
    const known = await book.settingsOf(SHOP);
    expect(known).toMatchObject({
      limits: [{ name: 'sessions', limits: [{ count: 5, seconds: 3_600 }] }],
      pumping: { pumping_prefix: 'monitor' },
      entries: [{ action: 'block', kind: 'number', value: hashOf(makeKeyring([OLD]), SHOP, NUMBER) }],
    });
    expect(book.settingsOf(SHOP)).toBe(known);
    expect((await redis.commandCounts()).evalsha).toBe(1);
  });

  it('is the same object when it is read anew and nothing has changed, and another when something has', async () => {
    const { book } = started();
    await rules.save(rule);
    await block();
    const known = await book.load(SHOP);
    expect(await book.load(SHOP)).toBe(known);
    await block('+4915112345679');
    const changed = await book.load(SHOP);
    expect(changed.entries).toHaveLength(2);
    expect(await book.load(SHOP)).toBe(changed);
    await redis.client.flushall();
    expect(await book.load(SHOP)).toEqual({});
  });

  it('is heard of by another process, also after its connection was lost', async () => {
    const { book, changes } = started();
    await until('the subscription', () => changes.heard);
    const ways: [string, () => Promise<unknown>, (known: GuardSettings) => boolean][] = [
      ['a rule', () => rules.save(rule), ({ limits = [] }) => limits.length === 1],
      ['its end', () => rules.delete(SHOP, rule.id), ({ limits = [] }) => limits.length === 0],
      [
        'a mode',
        () => settings.set(SHOP, { pumping_prefix: 'off' }),
        (known) => known.pumping?.pumping_prefix === 'off',
      ],
      ['no mode', () => settings.set(SHOP, { pumping_prefix: null }), (known) => !known.pumping?.pumping_prefix],
      ['an entry', () => block(), (known) => known.entries?.length === 1],
      ['its removal', async () => entries.delete(SHOP, (await list())[0]!.id), (known) => !known.entries?.length],
    ];
    for (const [what, change, isSeen] of ways) {
      await book.settingsOf(SHOP);
      await change();
      await until(`${what} to be seen`, async () => isSeen(await book.settingsOf(SHOP)), 10_000);
    }
    await redis.client.hset(settingsKey(SHOP, 'guard'), 'pumping_country', 'off');
    expect((await book.settingsOf(SHOP)).pumping?.pumping_country).toBeUndefined();
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const seen = async () => (await book.settingsOf(SHOP)).pumping?.pumping_country === 'off';
    await until('it to be seen after all', seen, 10_000);
  });

  it('leaves no key behind that is not the application’s to delete', async () => {
    await rules.save(rule);
    await settings.set(SHOP, { pumping_prefix: 'off' });
    await block(NUMBER, undefined, Date.now() + 60_000);
    const keys = await redis.client.keys('*');
    expect(allSettingsKeys(SHOP)).toEqual(expect.arrayContaining(keys));
    const dump = JSON.stringify(await redis.dump());
    for (const secret of [NUMBER, NUMBER.slice(1), 'because']) expect(dump).not.toContain(secret);
  });
});

describe('an entry', () => {
  it('goes by itself when it has expired', async () => {
    const id = (await block(NUMBER, undefined, Date.now() + 60_000))!;
    expect(await valuesOf()).toHaveLength(1);
    // Its time passes.
    const key = settingsKey(SHOP, 'entries');
    const [[field, packed] = ['', '']] = Object.entries(await redis.client.hgetall(key));
    await redis.client.hset(key, field, packed.replace(/\|\d+\|([^|]+)$/, '|1|$1'));
    expect(await entries.find(SHOP, id)).toBeUndefined();
    await redis.client.zadd(settingsKey(SHOP, 'entry-ends'), 1, id);
    expect(await valuesOf()).toBeUndefined();
    expect(await redis.client.keys('*')).toEqual([]);
  });

  it('is about its subject alone: once more changes expiry and reason', async () => {
    const id = (await block(NUMBER, undefined, Date.now() + 60_000))!;
    expect(await block(NUMBER)).toBe(id);
    expect(await list()).toMatchObject([{ id, expiresAt: undefined }]);
    expect(await redis.client.zcard(settingsKey(SHOP, 'entry-ends'))).toBe(0);
    const parallel = await Promise.all(Array.from({ length: 10 }, () => block('+4915112345679')));
    expect(new Set(parallel).size).toBe(1);
    expect(await entries.delete(SHOP, id)).toBe(true);
    expect(await entries.delete(SHOP, id)).toBe(false);
    expect(await list()).toHaveLength(1);
  });

  it('finds no room where there are ten thousand, until one has gone', async () => {
    const id = (await block())!;
    const full = Array.from({ length: MOST_ENTRIES - 1 }, (_, i) => [
      `block|prefix|+${1_000_000 + i}`,
      `x${i}|1||keys`,
    ]);
    await redis.client.hset(settingsKey(SHOP, 'entries'), full.flat());
    expect(await block('+4915112345679')).toBeUndefined();
    // What is there can be changed.
    expect(await block()).toBe(id);
    await entries.delete(SHOP, id);
    expect(await block('+4915112345679')).toBeDefined();
  });

  it('is read from where the page before has ended', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await block(`+491511234560${i}`))!);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await entries.list(SHOP, { action: 'block' }, cursor, 2);
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last) break;
      cursor = `${last.createdAt}:${last.id}`;
    }
    expect(seen.sort()).toEqual(made.sort());
    expect(await entries.list(SHOP, { action: 'allow' }, '', 9)).toEqual([]);
    expect(await entries.list(SHOP, { kind: 'prefix' }, '', 9)).toEqual([]);
    expect(await entries.list(SHOP, { values: ['nobody'] }, '', 9)).toEqual([]);
  });
});

describe('when the secret rotates', () => {
  const [before, both, after] = [makeKeyring([OLD]), makeKeyring([NEW, OLD]), makeKeyring([NEW])];

  it('entries go on to count, and can be read, with the new one alone', async () => {
    const id = await block(NUMBER, before);
    const prefix = { action: 'allow', kind: 'prefix', value: '+49' } as const;
    await entries.save(SHOP, prefix, keysOf(before), sealNote(before, SHOP, prefix, { reason: 'ours' }));
    expect(await valuesOf(both)).toContain(hashOf(both, SHOP, NUMBER));
    expect(await valuesOf(after)).toContain(hashOf(after, SHOP, NUMBER));
    const read = await list();
    expect(read.map((entry) => openNote(after, SHOP, entry, entry.note))).toEqual(
      expect.arrayContaining([{ number: NUMBER, reason: 'because' }, { reason: 'ours' }]),
    );
    expect(await block(NUMBER, after)).toBe(id);
    expect(hashOf(after, SHOP, NUMBER)).not.toBe(hashOf(before, SHOP, NUMBER));
    expect(logged).toEqual([]);
  });

  it('a process that does not have the new one yet goes by the hash', async () => {
    await block(NUMBER, both);
    expect(await valuesOf(before)).toEqual([hashOf(before, SHOP, NUMBER)]);
    expect(logged).toEqual([]);
  });

  it('a number whose secret was taken away too early is missed aloud', async () => {
    await block(NUMBER, before);
    expect(await valuesOf(after)).toEqual([]);
    expect(logged.join()).toContain('PASSLANE_SECRET');
    expect(logged.join()).not.toContain(NUMBER);
  });

  it('what two processes have put on the list with different ones stays there once', async () => {
    await block(NUMBER, both);
    const later = await block(NUMBER, after);
    expect(await list()).toHaveLength(2);
    await valuesOf(after);
    expect(await list()).toMatchObject([{ id: later }]);
    expect(await valuesOf(after)).toEqual([hashOf(after, SHOP, NUMBER)]);
  });
});
