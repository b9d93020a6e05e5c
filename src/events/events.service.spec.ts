import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Limiter } from '../overload/limiter.js';
import { Lifecycle } from '../shared/lifecycle.js';
import type { EventReader } from '../store/event-reader.store.js';
import type { EventStore, StreamEntry } from '../store/event.store.js';
import { EventsService } from './events.service.js';
import { EventNews } from './news.js';

const EVENT = { id: '5-0', json: '{"id":"evt_x_1"}' };

/** A stream that gets its first entry when it is asked for news for the n-th time; with 0 it has one from the beginning. */
function streamWith(entryAt: number) {
  const reads: (string | undefined)[] = [];
  let looks = 0;
  const isThere = () => looks >= entryAt;
  const read = (_application: string, after: string | undefined): Promise<StreamEntry[]> => {
    reads.push(after);
    return Promise.resolve(isThere() && after !== EVENT.id ? [EVENT] : []);
  };
  const backwards = () => {
    looks++;
    return Promise.resolve(isThere() ? [{ entry: EVENT.id }] : []);
  };
  const lifecycle = new Lifecycle();
  const news = new EventNews({ backwards } as unknown as EventReader);
  return {
    reads,
    looks: () => looks,
    lifecycle,
    service: new EventsService({ read } as unknown as EventStore, news, lifecycle, new Limiter(() => 1)),
  };
}

const stays = () => false;

describe('a page of events', () => {
  it('is answered at once when there are any', async () => {
    const { reads, service } = streamWith(0);
    const page = await service.page('shop', { after: '3-0', limit: 1, wait: 30 }, stays);
    expect(page).toEqual({ data: [{ id: 'evt_x_1' }], next_cursor: '5-0' });
    expect(reads).toEqual(['3-0']);
  });

  it('waits for the first one', async () => {
    const { reads, looks, service } = streamWith(2);
    const page = await service.page('shop', { limit: 1, wait: 30 }, stays);
    expect(page.data).toHaveLength(1);
    expect([reads.length, looks()]).toEqual([2, 2]);
  });

  it('is waited for by all of an application with one look at a time, and by no more than 100', async () => {
    const { reads, looks, service } = streamWith(3);
    const wait = (application: string) => service.page(application, { after: '3-0', limit: 1, wait: 30 }, stays);
    const pages = Array.from({ length: 100 }, () => wait('shop'));
    await setImmediate();
    const refused = { status: 429, code: 'rate_limited', extra: { limit: 'waiting_for_events', retryAfter: 1 } };
    await expect(wait('shop')).rejects.toMatchObject(refused);
    for (const { next_cursor } of await Promise.all(pages)) expect(next_cursor).toBe('5-0');
    expect([reads.length, looks()]).toEqual([201, 3]);
    expect((await wait('shop')).data).toHaveLength(1);
  });

  it('is kept from nobody by those who wait for another application’s', async () => {
    const { service, lifecycle } = streamWith(Infinity);
    const pages = Array.from({ length: 100 }, () => service.page('shop', { limit: 1, wait: 30 }, stays));
    await setImmediate();
    const other = service.page('other', { limit: 1, wait: 30 }, stays);
    lifecycle.drain();
    expect((await Promise.all([...pages, other])).every(({ data }) => data.length === 0)).toBe(true);
  });

  it('is waited for after the cursor only', async () => {
    const { looks, service } = streamWith(0);
    expect(await service.page('shop', { after: '5-0', limit: 1, wait: 1 }, stays)).toEqual({
      data: [],
      next_cursor: '5-0',
    });
    expect(looks()).toBeGreaterThan(2);
  });

  it.each([
    ['nobody wants to wait', { limit: 1, wait: 0 }, stays, null],
    ['the caller hangs up', { after: '3-0', limit: 1, wait: 30 }, () => true, '3-0'],
  ])('is empty when %s, and keeps the cursor', async (_, query, gone, cursor) => {
    const { reads, service } = streamWith(Infinity);
    expect(await service.page('shop', query, gone)).toEqual({ data: [], next_cursor: cursor });
    expect(reads).toHaveLength(1);
  });

  it('is answered when the process stops', async () => {
    const { service, lifecycle } = streamWith(Infinity);
    const page = service.page('shop', { limit: 1, wait: 30 }, stays);
    lifecycle.drain();
    expect(await page).toEqual({ data: [], next_cursor: null });
  });
});
