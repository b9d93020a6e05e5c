import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { failoverConfiguration, messageOf, pass } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

interface Profile {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly channels: { id: string; channel: string; wait: number }[];
}

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let second: Service;
let names = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = failoverConfiguration(
    { gateway: httpAccount(gateway.url) },
    {
      profiles: {
        'shop/from-file': {
          channels: [
            { channel: 'voice', order: 2 },
            { channel: 'sms', wait: 20, order: 1 },
          ],
          defaults: { ttl: 120 },
        },
      },
    },
  );
  service = await Service.start({ redisUrl: redis.url, config });
  second = await Service.start({ redisUrl: redis.url, config });
});

afterAll(async () => {
  await Promise.all([service.stop(), second.stop()]);
  await gateway.stop();
  await redis.stop();
});

/** Calls `/v1/profiles`. */
async function call(method: string, path: string, body?: unknown, key = LIVE_KEY) {
  const { status, body: answer } = await service.as(key).request(method, `/v1/profiles${path}`, body);
  return { status, profile: answer as unknown as Profile, problem: answer };
}

async function make(body: Record<string, unknown>): Promise<Profile> {
  const { status, profile } = await call('POST', '', { name: `used-${++names}`, ...body });
  expect(status).toBe(201);
  return profile;
}

const start = (profile: string, body: Record<string, unknown> = {}, on = service) =>
  on.as(LIVE_KEY).post('/v1/verifications', { to: freshNumber(), profile, ...body });

const PLAN = [{ channel: 'whatsapp', wait: 20 }, { channel: 'sms', wait: 25 }, { channel: 'voice' }];

describe('a start with a profile', () => {
  it('names it or gives its id, and takes its steps and defaults', async () => {
    const defaults = { code_length: 8, ttl: 90, max_checks: 2, locale: 'de', template: 'Kode {{code}}' };
    const { id, name } = await make({ channels: PLAN, defaults });
    for (const profile of [name, id]) {
      const to = freshNumber();
      const started = await start(profile, { to });
      expect(started).toMatchObject({
        status: 201,
        body: { profile: name, channel: 'whatsapp', checks: { made: 0, left: 2 } },
      });
      const { created_at, expires_at } = started.body;
      expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(90_000);
      const message = await messageOf(gateway, service.as(LIVE_KEY), started.body.id, to, 1);
      expect(message.body.code).toMatch(/^\d{8}$/);
      expect(message.body.text).toBe(`Kode ${message.body.code!}`);
      const view = (await service.as(LIVE_KEY).read(started.body.id)).body;
      expect(view.next_channel).toBe('sms');
      const due = Date.parse(view.next_at!) - Date.parse(view.attempts[0]!.sent_at!);
      expect(due).toBe(20_000);
    }
    // What the start says counts more than the profile.
    const own = await start(id, { ttl: 30, max_checks: 7, code: '12345' });
    expect(own.body.checks.left).toBe(7);
    expect(Date.parse(own.body.expires_at) - Date.parse(own.body.created_at)).toBe(30_000);
  });

  it('is refused when it is inactive, empty, all inactive, unknown or unable to reach the address', async () => {
    const inactive = await make({ channels: PLAN, status: 'inactive' });
    const empty = await make({});
    const asleep = await make({ channels: [{ channel: 'sms', status: 'inactive' }] });
    const mail = await make({ channels: [{ channel: 'email' }] });
    const others = await call('POST', '', { name: 'others', channels: PLAN }, OTHER_KEY);
    const wrong = [
      inactive.name,
      inactive.id,
      empty.name,
      asleep.name,
      mail.name,
      'nobody',
      others.profile.id,
      'others',
    ];
    for (const profile of wrong) {
      const { status, body } = await start(profile);
      expect({ profile, status, fields: body.errors?.map(({ field }) => field) }).toEqual({
        profile,
        status: 422,
        fields: ['profile'],
      });
    }
    await call('PATCH', `/${inactive.id}`, { status: 'active' });
    expect((await start(inactive.name)).status).toBe(201);
  });

  it('leaves out inactive steps, and those that do not reach the address', async () => {
    const channels = [{ channel: 'email' }, { channel: 'whatsapp', status: 'inactive' }, { channel: 'sms' }];
    const { name } = await make({ channels });
    expect((await start(name)).body).toMatchObject({ channel: 'sms', next_channel: 'sms' });
    expect((await start(name, { to: 'someone@example.com' })).body.channel).toBe('email');
  });

  it('has one live verification for each recipient and profile', async () => {
    const [one, two] = [await make({ channels: PLAN }), await make({ channels: PLAN })];
    const to = freshNumber();
    const first = await start(one.name, { to });
    expect(await start(one.id, { to })).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect((await start(two.name, { to })).status).toBe(201);
    expect((await service.as(LIVE_KEY).start(to)).status).toBe(201);
  });
});

describe('the plan is frozen at the start', () => {
  const edits: [string, (profile: Profile) => Promise<{ status: number }>][] = [
    ['patching', ({ id }) => call('PATCH', `/${id}`, { status: 'inactive', defaults: { template: 'New {{code}}' } })],
    ['replacing the channels', ({ id }) => call('PUT', `/${id}/channels`, { channels: [{ channel: 'email' }] })],
    ['removing a channel', ({ id, channels }) => call('DELETE', `/${id}/channels/${channels[1]!.id}`)],
    ['deleting it', ({ id }) => call('DELETE', `/${id}`)],
  ];
  it.each(edits)('%s changes nothing in flight', async (_, edit) => {
    const profile = await make({ channels: PLAN, defaults: { template: 'Old {{code}}' } });
    const api = service.as(LIVE_KEY);
    const to = freshNumber();
    const { id } = (await start(profile.name, { to })).body;
    await messageOf(gateway, api, id, to, 1);
    expect((await edit(profile)).status).toBeLessThan(300);
    await pass(redis, id, 20_000);
    const sms = await messageOf(gateway, api, id, to, 2);
    expect(sms.body).toMatchObject({ channel: 'sms', text: `Old ${sms.body.code!}` });
    await pass(redis, id, 25_000);
    expect((await messageOf(gateway, api, id, to, 3)).body.channel).toBe('voice');
    expect((await api.read(id)).body).toMatchObject({ profile: profile.name, next_at: null });
  });
});

/** A second, and room for a busy machine. */
const SEEN_WITHIN_MS = 5_000;

describe('a change', () => {
  it('is seen at once where it was made, and by another process within about a second', async () => {
    const { id, name } = await make({ channels: PLAN });
    expect((await start(name)).status).toBe(201);
    await until(
      'the second process to know it',
      async () => (await start(name, {}, second)).status === 201,
      SEEN_WITHIN_MS,
    );
    await call('PATCH', `/${id}`, { status: 'inactive' });
    expect((await start(name)).status).toBe(422);
    await until(
      'the second process to see the change',
      async () => (await start(name, {}, second)).status === 422,
      SEEN_WITHIN_MS,
    );
    await call('PUT', `/${id}/channels`, { channels: [{ channel: 'voice' }] });
    await call('PATCH', `/${id}`, { status: 'active' });
    expect((await start(id)).body.channel).toBe('voice');
    const seen = async () => (await start(id, {}, second)).body.channel === 'voice';
    await until('the second process to see the other channels', seen, SEEN_WITHIN_MS);
    await call('DELETE', `/${id}`);
    expect((await start(id)).status).toBe(422);
    await until(
      'the second process to miss it',
      async () => (await start(id, {}, second)).status === 422,
      SEEN_WITHIN_MS,
    );
  });
});

describe('a profile of the file', () => {
  it('can be read and used, but not changed', async () => {
    const { data } = (await service.as(LIVE_KEY).get('/v1/profiles?name=from-file')).body as unknown as {
      data: Profile[];
    };
    const profile = data[0]!;
    expect(profile.channels).toMatchObject([
      { channel: 'sms', wait: 20, order: 1 },
      { channel: 'voice', order: 2 },
    ]);
    expect((await call('GET', `/${profile.id}`)).profile).toEqual(profile);
    const path = `/${profile.id}`;
    const changes = [
      await call('PATCH', path, { status: 'inactive' }),
      await call('DELETE', path),
      await call('POST', `${path}/channels`, { channels: [{ channel: 'sms' }] }),
      await call('PUT', `${path}/channels`, { channels: [] }),
      await call('DELETE', `${path}/channels/${profile.channels[0]!.id}`),
    ];
    for (const { status, problem } of changes) expect([status, problem.code]).toEqual([409, 'read_only']);
    expect((await call('GET', path)).profile).toEqual(profile);
    expect((await start('from-file')).body).toMatchObject({ profile: 'from-file', channel: 'sms' });
    expect((await call('GET', path, undefined, OTHER_KEY)).status).toBe(404);
  });
});

describe('the profiles of an application', () => {
  it('are unknown to others', async () => {
    const { id, channels } = await make({ channels: PLAN });
    const answers = [
      await call('GET', `/${id}`, undefined, OTHER_KEY),
      await call('PATCH', `/${id}`, { status: 'inactive' }, OTHER_KEY),
      await call('DELETE', `/${id}`, undefined, OTHER_KEY),
      await call('POST', `/${id}/channels`, { channels: PLAN }, OTHER_KEY),
      await call('PUT', `/${id}/channels`, { channels: PLAN }, OTHER_KEY),
      await call('DELETE', `/${id}/channels/${channels[0]!.id}`, undefined, OTHER_KEY),
    ];
    for (const { status, problem } of answers) expect([status, problem.code]).toEqual([404, 'not_found']);
    const found = await service.as(OTHER_KEY).get(`/v1/profiles?id=${id}`);
    expect(found.body.data).toEqual([]);
    expect((await call('GET', `/${id}`)).profile).toMatchObject({ status: 'active', channels });
  });

  it('need the scope `profiles`', async () => {
    const { id } = await make({ channels: PLAN });
    const bodies: [string, string, unknown][] = [
      ['GET', '', undefined],
      ['POST', '', { name: 'no' }],
      ['GET', `/${id}`, undefined],
      ['PATCH', `/${id}`, { status: 'inactive' }],
      ['DELETE', `/${id}`, undefined],
      ['PUT', `/${id}/channels`, { channels: [] }],
    ];
    for (const [method, path, body] of bodies) {
      expect((await call(method, path, body, READ_KEY)).status).toBe(403);
      expect((await call(method, path, body, 'nobody-knows-this-key')).status).toBe(401);
    }
  });
});
