import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Logger } from 'pino';
import { randomFrom } from '../../test/support/random.js';
import { compareEntries } from '../store/event-entry.js';
import type { EventStore, OutboxEntry, Outboxes, Publication } from '../store/event.store.js';
import type { Approval, GuardStore } from '../store/guard.store.js';
import { EventRelay } from './event-relay.js';

const PAGE = 20;
const SHARDS = ['00', '01', '02', '03'];

/** Outboxes, and what was published: whatever is not beyond its mark has been, as in the scripts. */
class Streams {
  readonly left = new Map<string, OutboxEntry[]>(SHARDS.map((shard) => [shard, []]));
  readonly told: string[] = [];
  readonly published: string[] = [];
  readonly counted: string[] = [];
  readonly away = new Set<string>();
  readonly silent = new Set<string>();
  canCount = true;
  canTrim = true;
  asked = 0;
  /** So many are published before it fails. */
  partly = () => 0;
  private readonly marks = new Map<string, string>();
  private next = 1;

  tell(shard: string, app: string, more: { guard?: string } = {}): void {
    const entryId = `${this.next++}-0`;
    const event = { kind: 'sent', id: entryId, seq: 1, at: 0, app, status: 'pending', ...more };
    this.left.get(shard)!.push({ shard, entryId, event });
    this.told.push(`${app} ${shard} ${entryId}`);
  }

  outboxes(after: ReadonlyMap<string, string | undefined> = new Map(), shards = SHARDS): Promise<Outboxes> {
    const answering = shards.filter((shard) => !this.silent.has(shard));
    const entries = answering.flatMap((shard) => {
      const from = after.get(shard) ?? '0-0';
      return this.left
        .get(shard)!
        .filter(({ entryId }) => compareEntries(entryId, from) > 0)
        .slice(0, PAGE);
    });
    return Promise.resolve({ entries, silent: shards.filter((shard) => this.silent.has(shard)) });
  }

  publish(app: string, publications: readonly Publication[]): Promise<void> {
    this.asked += publications.length;
    const isAway = this.away.has(app);
    for (const { shard, entryId } of isAway ? publications.slice(0, this.partly()) : publications) {
      if (this.isNew(`${app} ${shard}`, entryId)) this.published.push(`${app} ${shard} ${entryId}`);
    }
    return isAway ? Promise.reject(new Error('Connection is closed.')) : Promise.resolve();
  }

  convert(app: string, approvals: readonly Approval[]): Promise<void> {
    if (!this.canCount) return Promise.reject(new Error('Connection is closed.'));
    for (const { shard, entryId } of approvals) {
      if (this.isNew(`guard ${app} ${shard}`, entryId)) this.counted.push(entryId);
    }
    return Promise.resolve();
  }

  trim(entries: readonly OutboxEntry[]): Promise<void> {
    if (!this.canTrim) return Promise.reject(new Error('Connection is closed.'));
    for (const { shard, entryId } of entries) {
      this.left.set(
        shard,
        this.left.get(shard)!.filter((one) => one.entryId !== entryId),
      );
    }
    return Promise.resolve();
  }

  of(app: string): string[] {
    return this.published.filter((one) => one.startsWith(`${app} `));
  }

  private isNew(mark: string, entryId: string): boolean {
    if (compareEntries(entryId, this.marks.get(mark) ?? '0-0') <= 0) return false;
    this.marks.set(mark, entryId);
    return true;
  }
}

let streams: Streams;
let relay: EventRelay;
let warnings: number;

beforeEach(() => {
  jest.useFakeTimers();
  streams = new Streams();
  warnings = 0;
  const logger = { warn: () => warnings++ } as unknown as Logger;
  relay = new EventRelay(streams as unknown as EventStore, streams as unknown as GuardStore, logger);
  relay.onApplicationBootstrap();
});

afterEach(async () => {
  await relay.beforeApplicationShutdown();
  jest.useRealTimers();
});

const passes = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const toldOf = (app: string): string[] => streams.told.filter((one) => one.startsWith(`${app} `));

it('lets nobody wait for an application that cannot be reached, and publishes nothing again', async () => {
  streams.away.add('gone');
  for (let i = 0; i < 10 * PAGE; i++) streams.tell('00', 'gone');
  streams.tell('00', 'well');
  streams.tell('01', 'well');
  await passes(1_500);
  expect(streams.of('well')).toHaveLength(2);
  expect(streams.left.get('01')).toEqual([]);
  expect(streams.left.get('00')).toHaveLength(10 * PAGE);

  streams.asked = 0;
  for (let seconds = 0; seconds < 10; seconds++) {
    streams.tell('00', 'well');
    await passes(1_000);
  }
  expect(streams.of('well')).toHaveLength(12);
  // Each of these once, and a page for the other one twice a second or less.
  expect(streams.asked).toBeLessThan(10 + 21 * PAGE);
  expect(warnings).toBe(1);
});

it('publishes what waits in its order as soon as its application can be reached', async () => {
  streams.away.add('gone');
  for (let i = 0; i < 3 * PAGE; i++) streams.tell(SHARDS[i % 2]!, i % 3 === 0 ? 'well' : 'gone');
  await passes(3_000);
  streams.away.clear();
  for (let i = 0; i < PAGE; i++) streams.tell('00', 'gone');
  await passes(2_000);
  for (const shard of SHARDS) {
    const inOrder = (all: string[]) => all.filter((one) => one.includes(` ${shard} `));
    expect(inOrder(streams.of('gone'))).toEqual(inOrder(toldOf('gone')));
    expect(streams.left.get(shard)).toEqual([]);
  }
  expect(new Set(streams.published)).toEqual(new Set(streams.told));
});

it('keeps an approval until it is counted', async () => {
  streams.canCount = false;
  streams.tell('00', 'shop', { guard: 'prefix.US.7' });
  await passes(2_000);
  expect(streams.left.get('00')).toHaveLength(1);
  streams.canCount = true;
  await passes(2_000);
  expect(streams.counted).toHaveLength(1);
  expect(streams.published).toHaveLength(1);
  expect(streams.left.get('00')).toEqual([]);
});

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'loses nothing, whoever comes and goes and whatever does not answer: %d',
  async (seed) => {
    const random = randomFrom(seed);
    streams.partly = () => (random() < 0.2 ? Math.floor(random() * PAGE) : 0);
    const apps = ['a', 'b', 'c'];
    const flip = (all: Set<string>, one: string) => (all.has(one) ? all.delete(one) : all.add(one));
    for (let i = 0; i < 150; i++) {
      const count = random() < 0.1 ? 3 * PAGE : Math.floor(random() * 4);
      for (let n = 0; n < count; n++) {
        streams.tell(SHARDS[Math.floor(random() * SHARDS.length)]!, apps[Math.floor(random() * apps.length)]!);
      }
      if (random() < 0.1) flip(streams.away, apps[Math.floor(random() * apps.length)]!);
      if (random() < 0.1) flip(streams.silent, SHARDS[Math.floor(random() * SHARDS.length)]!);
      streams.canTrim = random() > 0.1;
      await passes(100);
    }
    streams.away.clear();
    streams.silent.clear();
    streams.canTrim = true;
    await passes(15_000);
    expect(new Set(streams.published)).toEqual(new Set(streams.told));
    expect([...streams.left.values()].flat()).toEqual([]);
  },
);
