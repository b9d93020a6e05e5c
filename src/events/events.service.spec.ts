import { describe, expect, it } from '@jest/globals';
import { Limiter } from '../overload/limiter.js';
import { Lifecycle } from '../shared/lifecycle.js';
import type { EventStore, StreamEntry } from '../store/event.store.js';
import { EventsService } from './events.service.js';

const EVENT = { id: '5-0', json: '{"id":"evt_x_1"}' };

/** A stream that gets its first entry when it is looked at for the n-th time. */
function streamWith(entryAt: number) {
  const looks: (string | undefined)[] = [];
  const read = (_application: string, after: string | undefined): Promise<StreamEntry[]> => {
    looks.push(after);
    return Promise.resolve(looks.length >= entryAt ? [EVENT] : []);
  };
  const lifecycle = new Lifecycle();
  return {
    looks,
    lifecycle,
    service: new EventsService({ read } as unknown as EventStore, lifecycle, new Limiter(() => 1)),
  };
}

const stays = () => false;

describe('a page of events', () => {
  it('is answered at once when there are any', async () => {
    const { looks, service } = streamWith(1);
    const page = await service.page('shop', { after: '3-0', limit: 1, wait: 30 }, stays);
    expect(page).toEqual({ data: [{ id: 'evt_x_1' }], next_cursor: '5-0' });
    expect(looks).toEqual(['3-0']);
  });

  it('waits for the first one', async () => {
    const { looks, service } = streamWith(3);
    const page = await service.page('shop', { limit: 1, wait: 30 }, stays);
    expect(page.data).toHaveLength(1);
    expect(looks).toHaveLength(3);
  });

  it.each([
    ['nobody wants to wait', { limit: 1, wait: 0 }, stays, null],
    ['the caller hangs up', { after: '3-0', limit: 1, wait: 30 }, () => true, '3-0'],
  ])('is empty when %s, and keeps the cursor', async (_, query, gone, cursor) => {
    const { looks, service } = streamWith(Infinity);
    expect(await service.page('shop', query, gone)).toEqual({ data: [], next_cursor: cursor });
    expect(looks).toHaveLength(1);
  });

  it('is answered when the process stops', async () => {
    const { service, lifecycle } = streamWith(Infinity);
    const page = service.page('shop', { limit: 1, wait: 30 }, stays);
    lifecycle.drain();
    expect(await page).toEqual({ data: [], next_cursor: null });
  });
});
