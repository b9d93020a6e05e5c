import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, wrongFor, type Api } from '../support/api.js';
import { allEvents, eventsOf, eventsPage, type EventsPage } from '../support/events.js';
import { messageOf, next, report, reportingAccount } from '../support/failover.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';
import { startAndReceive } from '../support/started.js';
import { until } from '../support/wait.js';

const CHANNELS = { channels: [{ channel: 'sms' }, { channel: 'whatsapp' }] };

let redis: TestRedis;
let gateway: Gateway;
let broken: Gateway;
let service: Service;
let api: Api;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  broken = await Gateway.start();
  broken.behaviour = behaviours.answers(400, 'no');
  const accounts = { gateway: reportingAccount(gateway), broken: reportingAccount(broken) };
  const routes = {
    sms: { default: ['gateway'], countries: { DE: ['broken', 'gateway'] } },
    whatsapp: { default: ['gateway'] },
  };
  service = await Service.start({ redisUrl: redis.url, config: configuration(accounts, { routes }) });
  api = service.as(LIVE_KEY);
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await broken.stop();
  await redis.stop();
});

/** The events of a verification, as soon as there are that many. */
const told = (id: string, count: number) =>
  until(`${count} events`, async () => {
    const events = await eventsOf(api, id);
    return events.length >= count && events;
  });

const brief = (events: Awaited<ReturnType<typeof told>>) =>
  events.map(({ type, data: { channel, account, reason } }) => [
    type.replace('verification.', ''),
    channel,
    account,
    reason,
  ]);

describe('the events of a verification', () => {
  it('tell its story in order, masked, each with its own id', async () => {
    const { id, to, code } = await startAndReceive(api, gateway);
    const message = await messageOf(gateway, api, id, to, 1);
    await report(message, 'DELIVRD');
    await report(message, 'DELIVRD');
    await api.check(id, wrongFor(code));
    await api.check(id, code);
    const events = await told(id, 5);
    expect(brief(events)).toEqual([
      ['created', 'sms', null, null],
      ['sent', 'sms', 'gateway', null],
      ['delivered', 'sms', 'gateway', null],
      ['incorrect', 'sms', 'gateway', null],
      ['approved', 'sms', 'gateway', null],
    ]);
    expect(events.map(({ id: eventId }) => eventId)).toEqual([1, 2, 3, 4, 5].map((n) => `evt_${id}_${n}`));
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(events.at(-1)).toMatchObject({ application: 'shop', data: { status: 'approved', profile: null } });
    expect(JSON.stringify(events)).not.toContain(to.slice(2));
    expect(events[0]!.data.to).toMatch(/^\+14\*+\d\d$/);
    expect(Date.parse(events[0]!.created_at)).toBe(Date.parse((await api.read(id)).body.created_at));
  });

  it('tell why it went to another account, and to another step', async () => {
    const to = '+4915112345678';
    const { id } = (await api.start(to, CHANNELS)).body;
    const message = await messageOf(gateway, api, id, to, 1);
    await report(message, 'UNDELIV');
    await messageOf(gateway, api, id, to, 2);
    expect((await next(api, id)).status).toBe(200);
    expect(brief(await told(id, 6))).toEqual([
      ['created', 'sms', null, null],
      ['failed_over', 'sms', 'gateway', expect.stringMatching(/^(rejected|unknown|bad_message)$/)],
      ['sent', 'sms', 'gateway', null],
      ['failed_over', 'whatsapp', 'gateway', expect.any(String)],
      ['sent', 'whatsapp', 'gateway', null],
      // The last step again, by hand: nothing has failed over.
      ['sent', 'whatsapp', 'gateway', null],
    ]);
  });

  it('are another application’s business only there', async () => {
    const { id } = (await api.start(freshNumber())).body;
    await told(id, 1);
    expect(await allEvents(service.as(OTHER_KEY))).toEqual([]);
  });
});

describe('GET /v1/events', () => {
  it('gives pages in order, each event once', async () => {
    for (let i = 0; i < 3; i++) await told((await api.start(freshNumber())).body.id, 2);
    const all = await allEvents(api);
    const pages: EventsPage[] = [];
    let cursor = '';
    do {
      pages.push(await eventsPage(api, `limit=2${cursor}`));
      cursor = `&after=${pages.at(-1)!.next_cursor!}`;
    } while (pages.at(-1)!.data.length > 0 && pages.length < all.length);
    expect(pages.flatMap(({ data }) => data)).toEqual(all);
    expect(pages.slice(0, -1).every(({ data }) => data.length <= 2)).toBe(true);
  });

  it('waits for what has not happened yet', async () => {
    const last = (await allEventsCursor())!;
    const waiting = eventsPage(api, `after=${last}&wait=30`);
    const { id } = (await api.start(freshNumber())).body;
    const { data, next_cursor } = await waiting;
    expect(data[0]).toMatchObject({ type: 'verification.created', data: { verification_id: id } });
    expect(next_cursor).not.toBe(last);
  });

  it('lets a hundred callers of an application wait, and asks Redis once for all of them', async () => {
    const other = service.as(OTHER_KEY);
    const xranges = async () => (await redis.commandCounts()).xrange ?? 0;
    await redis.client.config('RESETSTAT');
    const waiting = Array.from({ length: 100 }, () => other.get('/v1/events?wait=5'));
    await until('all to wait', async () => (await xranges()) >= 100);
    const further = await other.get('/v1/events?wait=5');
    expect([further.status, further.body.code, further.body.limit]).toEqual([
      429,
      'rate_limited',
      'waiting_for_events',
    ]);
    expect((await other.get('/v1/events')).status).toBe(200);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
    // Each has looked when it came and when its time was over.
    expect(await xranges()).toBeLessThan(250);
  });

  it('answers from the oldest that is kept when the cursor is older, and keeps the cursor where nothing is new', async () => {
    const all = await allEvents(api);
    expect((await eventsPage(api, 'after=1000-0&limit=500')).data).toEqual(all.slice(0, 500));
    const last = (await allEventsCursor())!;
    expect(await eventsPage(api, `after=${last}`)).toEqual({ data: [], next_cursor: last });
    expect(await eventsPage(service.as(OTHER_KEY))).toEqual({ data: [], next_cursor: null });
  });

  it.each([
    ['after', 'after=nonsense'],
    ['after', 'after=%2B'],
    ['after', 'after=(1-0'],
    ['limit', 'limit=0'],
    ['limit', 'limit=501'],
    ['wait', 'wait=31'],
    ['type', 'type=x'],
  ])('refuses what makes no sense in %s: %s', async (field, query) => {
    const answer = await api.get(`/v1/events?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((error) => error.field)).toEqual([field]);
  });

  it('asks for the scope webhooks', async () => {
    expect((await service.as(READ_KEY).get('/v1/events')).status).toBe(403);
    expect((await service.as('nobody').get('/v1/events')).status).toBe(401);
  });

  it('answers those who wait when its process stops', async () => {
    const { redisUrl, config } = service.options;
    const other = await Service.start({ redisUrl, config, env: { PASSLANE_ROLE: 'api' } });
    await redis.client.config('RESETSTAT');
    const waiting = eventsPage(other.as(OTHER_KEY), 'wait=30');
    await until('it to wait', async () => (await redis.commandCounts()).xrange !== undefined);
    expect(await other.stop()).toBe(0);
    expect(await waiting).toEqual({ data: [], next_cursor: null });
  });
});

async function allEventsCursor(): Promise<string | null> {
  let after = '1-0';
  for (;;) {
    const { data, next_cursor } = await eventsPage(api, `limit=500&after=${after}`);
    if (data.length === 0) return next_cursor;
    after = next_cursor!;
  }
}
