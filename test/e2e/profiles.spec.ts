import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failoverConfiguration } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, Service, TEST_KEY } from '../support/service.js';

interface Profile {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly defaults: Record<string, unknown>;
  readonly channels: { id: string; channel: string; wait: number; order: number }[];
}

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
let names = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const accounts = { gateway: httpAccount(gateway.url), local: httpAccount(gateway.url) };
  const everywhere = { default: ['gateway', 'sandbox'] };
  service = await Service.start({
    redisUrl: redis.url,
    config: failoverConfiguration(accounts, {
      routes: {
        ...Object.fromEntries(['sms', 'voice', 'rcs', 'telegram', 'email'].map((name) => [name, everywhere])),
        whatsapp: { default: ['sandbox'] },
        viber: { default: [], countries: { SG: ['local'] } },
      },
      profiles: {
        'shop/from-file': {
          channels: [
            { channel: 'voice', order: 2 },
            { channel: 'sms', wait: 20, order: 1 },
          ],
          defaults: { ttl: 120 },
        },
      },
    }),
  });
});

afterAll(async () => {
  await service.stop();
  await gateway.stop();
  await redis.stop();
});

const freshName = (): string => `profile-${String(++names).padStart(3, '0')}`;

/** The API for profiles, as one key's holder uses it. */
function profiles(key = LIVE_KEY, on = service) {
  const api = on.as(key);
  const call = async (method: string, path: string, body?: unknown) => {
    const { status, body: answer } = await api.request(method, `/v1/profiles${path}`, body);
    return { status, profile: answer as unknown as Profile, problem: answer };
  };
  return {
    api,
    call,
    make: async (body: Record<string, unknown> = {}): Promise<Profile> => {
      const made = await call('POST', '', { name: freshName(), channels: [{ channel: 'sms' }], ...body });
      expect(made.status).toBe(201);
      return made.profile;
    },
    found: async (query: string) => {
      const { data, next_cursor } = (await api.get(`/v1/profiles?${query}`)).body as unknown as {
        data: Profile[];
        next_cursor: string | null;
      };
      return { names: data.map(({ name }) => name), next: next_cursor };
    },
    /** The fields that a 422 names. */
    refused: async (method: string, path: string, body: unknown) => {
      const { status, problem } = await call(method, path, body);
      expect({ status, code: problem.code }).toEqual({ status: 422, code: 'validation_failed' });
      return problem.errors!.map(({ field }) => field);
    },
  };
}

describe('a profile', () => {
  it('is made with defaults, read, patched, deleted', async () => {
    const { call, make } = profiles();
    const profile = await make({ channels: [{ channel: 'sms' }, { channel: 'email', wait: 45, confirm_on: 'read' }] });
    expect(profile).toMatchObject({
      status: 'active',
      defaults: {},
      channels: [
        { channel: 'sms', order: 0, wait: 30, status: 'active', confirm_on: 'delivered' },
        { channel: 'email', order: 1, wait: 45, confirm_on: 'read' },
      ],
    });
    expect(await call('GET', `/${profile.id}`)).toMatchObject({ status: 200, profile });

    const name = freshName();
    const patched = await call('PATCH', `/${profile.id}`, { name, status: 'inactive', defaults: { ttl: 60 } });
    expect(patched).toMatchObject({
      status: 200,
      profile: { ...profile, name, status: 'inactive', defaults: { ttl: 60 } },
    });
    const more = await call('PATCH', `/${profile.id}`, { defaults: { max_checks: 3 } });
    expect(more.profile.defaults).toEqual({ ttl: 60, max_checks: 3 });
    expect((await call('GET', `/${profile.id}`)).profile).toEqual(more.profile);

    expect((await call('DELETE', `/${profile.id}`)).status).toBe(204);
    expect((await call('DELETE', `/${profile.id}`)).status).toBe(404);
    expect((await call('GET', `/${profile.id}`)).status).toBe(404);
    expect((await call('PATCH', `/${profile.id}`, { status: 'active' })).status).toBe(404);
    await make({ name });
  });

  it('has a name of letters, digits, - and _ that no other profile of the application has', async () => {
    const { call, make, refused } = profiles();
    for (const name of ['', 'two words', 'naïve', 'a.b', 'a/b', 'x'.repeat(41), 7, null]) {
      expect(await refused('POST', '', { name })).toContain('name');
    }
    await make({ name: 'A_b-9' });
    await make({ name: 'a_b-9' });
    const first = await make({ name: 'x'.repeat(40) });
    const second = await make();
    expect(await refused('POST', '', { name: first.name })).toEqual(['name']);
    expect(await refused('PATCH', `/${second.id}`, { name: first.name })).toEqual(['name']);
    expect(await refused('POST', '', { name: 'from-file' })).toEqual(['name']);
    // A name that was given up is free, and its own name is no obstacle.
    expect((await call('PATCH', `/${first.id}`, { name: freshName() })).status).toBe(200);
    expect((await call('PATCH', `/${second.id}`, { name: 'x'.repeat(40) })).status).toBe(200);
    expect((await call('PATCH', `/${second.id}`, { name: 'x'.repeat(40) })).status).toBe(200);
    await profiles(OTHER_KEY).make({ name: 'x'.repeat(40) });
  });

  it('of parallel ones with one name exactly one is made', async () => {
    const { call } = profiles();
    const name = freshName();
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', '', { name })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(422)]);
  });

  it('is listed by name, filtered and page by page', async () => {
    const { call, make, found } = profiles(OTHER_KEY);
    const all: Profile[] = [];
    for (const name of ['list-d', 'list-b', 'list-A', 'list-c', 'list-e']) all.push(await make({ name }));
    await call('PATCH', `/${all[1]!.id}`, { status: 'inactive' });
    expect((await found('name=list-c')).names).toEqual(['list-c']);
    expect((await found(`id=${all[0]!.id}`)).names).toEqual(['list-d']);
    expect((await found(`id=${all[0]!.id}&status=inactive`)).names).toEqual([]);
    expect((await found('status=inactive')).names).toEqual(['list-b']);
    expect((await found('status=active')).names).not.toContain('list-b');

    const everything = (await found('')).names;
    const pages: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await found(`limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.names.length).toBeLessThanOrEqual(2);
      pages.push(...page.names);
      cursor = page.next;
    }
    expect(pages).toEqual(everything);
    expect(everything).toEqual([...everything].sort());
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'status=gone', 'other=1']) {
      expect(await profiles().refused('GET', `?${query}`, undefined)).toEqual([query.split('=')[0]]);
    }
  });

  it('refuses what it does not know, and values out of bounds', async () => {
    const { make, refused } = profiles();
    const { id } = await make();
    const name = freshName();
    expect(await refused('POST', '', { name, colour: 'red' })).toEqual(['colour']);
    expect(await refused('PATCH', `/${id}`, { channels: [] })).toEqual(['channels']);
    expect(await refused('PATCH', `/${id}`, {})).toEqual(['body']);
    expect(await refused('POST', `/${id}/channels`, { channels: [] })).toEqual(['channels']);
    const defaults = {
      code_length: 3,
      ttl: 29,
      max_checks: 11,
      resend: 'never',
      alphabet: 'runes',
      template: 'no code',
    };
    for (const [field, value] of Object.entries(defaults)) {
      expect(await refused('POST', '', { name, defaults: { [field]: value } })).toEqual([`defaults.${field}`]);
    }
    const wrong = {
      wait: 4,
      channel: 'pigeon',
      order: -1,
      confirm_on: 'hope',
      status: 'off',
      template: 'no code',
      id: '1',
    };
    for (const [field, value] of Object.entries({ ...wrong, extra: 1 })) {
      const body = { channels: [{ channel: 'sms' }, { channel: 'sms', [field]: value }] };
      expect(await refused('POST', '', { name, ...body })).toEqual([`channels.1.${field}`]);
      expect(await refused('PUT', `/${id}/channels`, body)).toEqual([`channels.1.${field}`]);
    }
    for (const wait of [901, 5.5, '30']) {
      expect(await refused('POST', '', { name, channels: [{ channel: 'sms', wait }] })).toEqual(['channels.0.wait']);
    }
    for (const wait of [5, 900]) await make({ channels: [{ channel: 'sms', wait }] });
  });

  it('gives a call that a step follows a minute: 59 is refused, 60 accepted', async () => {
    const { call, make, refused } = profiles();
    const name = freshName();
    const call59 = { channel: 'voice', wait: 59 };
    const followed = { name, channels: [call59, { channel: 'sms' }] };
    expect(await refused('POST', '', followed)).toEqual(['channels.0.wait']);
    expect(await refused('POST', '', { name, channels: [{ channel: 'voice' }, { channel: 'sms' }] })).toEqual([
      'channels.0.wait',
    ]);
    await make({ channels: [{ channel: 'voice', wait: 60 }, { channel: 'sms' }] });
    await make({ channels: [{ channel: 'sms' }, call59] });
    await make({ channels: [call59, { channel: 'sms', status: 'inactive' }] });
    // By `order`, not by position: here the call is the last one.
    const { id } = await make({
      channels: [
        { ...call59, order: 5 },
        { channel: 'sms', order: 1 },
      ],
    });
    expect(await refused('POST', `/${id}/channels`, { channels: [{ channel: 'sms' }] })).toEqual(['channels.1.wait']);
    expect((await call('POST', `/${id}/channels`, { channels: [{ channel: 'sms', order: 4 }] })).status).toBe(200);
  });

  it('is refused by the places of its channels in the request, whatever their order', async () => {
    const { make, refused } = profiles();
    const { id } = await make();
    const wrong = { wait: { channel: 'voice' }, channel: { channel: 'whatsapp' }, template: { template: 'none' } };
    for (const [field, step] of Object.entries(wrong)) {
      const channels = [{ channel: 'sms', order: 2 }, { channel: 'sms' }, { channel: 'sms', order: 0, ...step }];
      expect(await refused('POST', '', { name: freshName(), channels })).toEqual([`channels.2.${field}`]);
      expect(await refused('PUT', `/${id}/channels`, { channels })).toEqual([`channels.2.${field}`]);
    }
  });

  it('names the step that has no account', async () => {
    const { make, refused } = profiles();
    const name = freshName();
    const channels = [{ channel: 'sms' }, { channel: 'whatsapp' }, { channel: 'rcs' }];
    expect(await refused('POST', '', { name, channels })).toEqual(['channels.1.channel']);
    await profiles(TEST_KEY).make({ channels });
    const { id } = await make();
    expect(await refused('PUT', `/${id}/channels`, { channels })).toEqual(['channels.1.channel']);
    // Of some country only: that is an account.
    await make({ channels: [{ channel: 'viber' }, { channel: 'telegram' }, { channel: 'email' }] });
  });
});

describe('its channels', () => {
  const listed = (profile: Profile) => profile.channels.map(({ channel, order }) => `${channel} ${order}`);

  it('are added, replaced and removed; order wins over position', async () => {
    const { call, make } = profiles();
    const channels = [{ channel: 'sms', order: 3 }, { channel: 'voice', wait: 60, order: 1 }, { channel: 'rcs' }];
    const { id, ...profile } = await make({ channels });
    expect(listed({ id, ...profile })).toEqual(['voice 1', 'rcs 2', 'sms 3']);
    const added = await call('POST', `/${id}/channels`, {
      channels: [{ channel: 'email' }, { channel: 'rcs', order: 0 }],
    });
    expect(listed(added.profile)).toEqual(['rcs 0', 'voice 1', 'rcs 2', 'sms 3', 'email 4']);
    expect(new Set(added.profile.channels.map((channel) => channel.id)).size).toBe(5);

    const voice = added.profile.channels[1]!;
    const removed = await call('DELETE', `/${id}/channels/${voice.id}`);
    expect(removed.status).toBe(200);
    expect(listed(removed.profile)).toEqual(['rcs 0', 'rcs 2', 'sms 3', 'email 4']);
    expect((await call('DELETE', `/${id}/channels/${voice.id}`)).status).toBe(404);

    const replaced = await call('PUT', `/${id}/channels`, { channels: [{ channel: 'telegram', wait: 7 }] });
    expect(listed(replaced.profile)).toEqual(['telegram 0']);
    expect((await call('GET', `/${id}`)).profile).toEqual(replaced.profile);
    expect(listed((await call('PUT', `/${id}/channels`, { channels: [] })).profile)).toEqual([]);
    expect((await call('POST', '/nobody/channels', { channels: [{ channel: 'sms' }] })).status).toBe(404);
  });

  it('are at most ten, however they are added', async () => {
    const { call, make, refused } = profiles();
    const sms = (count: number) => ({ channels: Array.from({ length: count }, () => ({ channel: 'sms' })) });
    expect(await refused('POST', '', { name: freshName(), ...sms(11) })).toEqual(['channels']);
    const { id } = await make(sms(9));
    expect((await call('POST', `/${id}/channels`, sms(1))).status).toBe(200);
    expect(await refused('POST', `/${id}/channels`, sms(1))).toEqual(['channels']);
  });

  it('of parallel additions none is lost', async () => {
    const { call, make } = profiles();
    const { id } = await make({ channels: [] });
    const add = () => call('POST', `/${id}/channels`, { channels: [{ channel: 'sms' }] });
    const answers = await Promise.all([add(), add(), add()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await call('GET', `/${id}`)).profile.channels).toHaveLength(3);
  });
});
