import type { LookupAddress } from 'node:dns';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeResolvers, type Resolve } from './resolver.js';

const PATIENCE_MS = 3_000;
const LINE_PATIENCE_MS = 1_000;
const REST_MS = 60_000;
const found: LookupAddress[] = [{ address: '198.51.100.1', family: 4 }];

/** The names that are being asked for, in order, and how to answer each. */
let asked: string[];
let answers: Map<string, (addresses: LookupAddress[]) => void>;
let resolverOf: (application: string) => Resolve;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  asked = [];
  answers = new Map();
  resolverOf = makeResolvers((hostname) => {
    asked.push(hostname);
    return new Promise((answer) => answers.set(hostname, answer));
  });
});

afterEach(() => {
  jest.useRealTimers();
});

/** What has become of a look-up once everything that can happen now has happened. */
async function ask(hostname: string, application = 'shop'): Promise<{ outcome?: unknown }> {
  const call: { outcome?: unknown } = {};
  resolverOf(application)(hostname).then(
    (addresses) => (call.outcome = addresses),
    (error: unknown) => (call.outcome = (error as { code: string }).code),
  );
  await setImmediate();
  return call;
}

async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await setImmediate();
}

async function answer(hostname: string): Promise<void> {
  answers.get(hostname)?.(found);
  await setImmediate();
}

describe('the resolver of webhooks', () => {
  it('asks the system for one name at a time, and for one that several want once', async () => {
    const calls = await Promise.all(['a', 'b', 'a', 'b', 'c'].map((name) => ask(name)));
    expect(asked).toEqual(['a']);
    for (const name of ['a', 'b', 'c']) await answer(name);
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(calls.map(({ outcome }) => outcome)).toEqual(calls.map(() => found));
    const later = await ask('a');
    await answer('a');
    expect([asked.length, later.outcome]).toEqual([4, found]);
  });

  it('lets nobody wait longer than a connection may take, and never asks for what nobody waits for', async () => {
    const [slow, behind] = [await ask('slow'), await ask('behind')];
    await pass(PATIENCE_MS);
    expect([slow.outcome, behind.outcome]).toEqual(['ETIMEOUT', 'not_looked_up']);
    const next = await ask('next');
    await pass(LINE_PATIENCE_MS - 1);
    await answer('slow');
    expect(asked).toEqual(['slow', 'next']);
    await answer('next');
    expect(next.outcome).toBe(found);
  });

  it('says of a name that has only waited in line that it was not looked up, and asks for it next time', async () => {
    await ask('first');
    const second = await ask('second');
    await pass(LINE_PATIENCE_MS);
    expect(second.outcome).toBe('not_looked_up');
    const again = await ask('second');
    await answer('first');
    await answer('second');
    expect([asked, again.outcome]).toEqual([['first', 'second'], found]);
  });

  it('gives a name its whole time from when it is asked for', async () => {
    await ask('first');
    const second = await ask('second');
    await pass(LINE_PATIENCE_MS - 1);
    await answer('first');
    await pass(PATIENCE_MS - 1);
    await answer('second');
    expect(second.outcome).toBe(found);
  });

  it('leaves a name alone that had no answer in time, and for a minute only that one', async () => {
    await ask('slow');
    await pass(PATIENCE_MS);
    // The system is still busy with it.
    expect((await ask('slow')).outcome).toBe('ETIMEOUT');
    await pass(1_000);
    await answer('slow');
    const other = await ask('other');
    await answer('other');
    expect([asked, other.outcome]).toEqual([['slow', 'other'], found]);
    await pass(REST_MS - 1);
    const early = await ask('slow');
    expect([asked.length, early.outcome]).toEqual([2, 'ETIMEOUT']);
    await pass(1);
    await ask('slow');
    expect(asked).toEqual(['slow', 'other', 'slow']);
  });

  it('passes on what the system says of a name, and asks it again at once', async () => {
    const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    let times = 0;
    const resolve = makeResolvers(() => {
      times++;
      return Promise.reject(unknown);
    })('shop');
    for (const expected of [1, 2]) {
      await expect(resolve('nobody')).rejects.toBe(unknown);
      expect(times).toBe(expected);
    }
  });
});

describe('the resolver of webhooks, between applications', () => {
  it('takes turns, however many names one of them wants', async () => {
    for (const name of ['a', 'b', 'c']) await ask(name, 'shop');
    await ask('a', 'other');
    for (const name of ['a', 'a', 'b', 'c']) await answer(name);
    expect(asked).toEqual(['a', 'a', 'b', 'c']);
    await ask('x', 'third');
    for (const name of ['d', 'e']) await ask(name, 'shop');
    await ask('y', 'other');
    for (const name of ['x', 'y', 'd', 'e']) await answer(name);
    expect(asked.slice(4)).toEqual(['x', 'y', 'd', 'e']);
  });

  it('keeps the turn of one that has left the line and come again', async () => {
    await ask('slow-1', 'first');
    await ask('x', 'other');
    await pass(LINE_PATIENCE_MS);
    // It has left, and the one that comes before it now was served later.
    await ask('slow-2', 'first');
    await ask('x', 'other');
    await answer('slow-1');
    expect(asked).toEqual(['slow-1', 'x']);
  });

  it('lets one with several slow names wait as long as its last one took, and the others go on', async () => {
    for (const name of ['slow-1', 'slow-2']) {
      await ask(name, 'shop');
      await pass(10_000);
      await answer(name);
    }
    const fine = await ask('fine', 'shop');
    const other = await ask('x', 'other');
    expect(asked.slice(2)).toEqual(['x']);
    await answer('x');
    expect(other.outcome).toBe(found);
    await pass(LINE_PATIENCE_MS);
    expect(fine.outcome).toBe('not_looked_up');
    await pass(10_000 - LINE_PATIENCE_MS);
    const later = await ask('fine', 'shop');
    await answer('fine');
    expect(later.outcome).toBe(found);
  });

  it('lets nobody wait for one slow name', async () => {
    await ask('slow', 'shop');
    await pass(10_000);
    await answer('slow');
    const fine = await ask('fine', 'shop');
    await answer('fine');
    expect(fine.outcome).toBe(found);
  });
});
