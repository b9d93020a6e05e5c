import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDigits, OpenDoors, type Platform, type PlatformAnswer } from '../../support/platform-door.js';
import { OTHER_KEY, READ_KEY } from '../../support/service.js';

let doors: OpenDoors;
let api: Platform;

beforeAll(async () => {
  doors = await OpenDoors.start({
    profiles: {
      'shop/declared': {
        channels: [
          { channel: 'voice', wait: 60 },
          { channel: 'sms', wait: 30 },
        ],
      },
    },
  });
  api = doors.as();
});

afterAll(() => doors.stop());

type Json = Record<string, unknown>;

let made = 0;

/** A new profile's address, with these channels. */
async function profile(channels: Json[] = [], status = '1'): Promise<string> {
  const { body } = await api.post('verify/profiles', { name: `Profile${++made}`, status });
  const path = `verify/profiles/${body.data.id}`;
  if (channels.length > 0) expect((await api.post(`${path}/channels`, { channels })).status).toBe(200);
  return path;
}

const view = async (path: string) => (await api.get(path)).body.data[0]!;
const named = async (path: string) => (await view(path)).channels.map(({ name, wait }) => [name, wait]);

function expectDone({ status, body }: PlatformAnswer, message: string): void {
  expect([status, body.status, body.code, body.message]).toEqual([200, 'OK', 200, message]);
}

function expectRefused({ status, body }: PlatformAnswer, field: string): void {
  expect([status, body.message]).toEqual([422, expect.stringContaining(`${field}: `) as unknown]);
}

describe('a profile', () => {
  it('B1 is created by its name, active if nothing else is said', async () => {
    const answer = await api.post('verify/profiles', { name: 'Login1' });
    expectDone(answer, 'Profile Created Successfully');
    const { id } = answer.body.data;
    expect(answer.body.data).toEqual({ id, name: 'Login1', status: '1', channels: [] });
    const inactive = await api.post('verify/profiles', { name: 'Login2', status: 0 });
    expect(inactive.body.data.status).toBe('0');
    for (const body of [{ name: 'a b!' }, {}, { name: '' }, { name: 'Login1' }]) {
      expectRefused(await api.post('verify/profiles', body), 'name');
    }
    expectRefused(await api.post('verify/profiles', { name: 'Login3', status: 2 }), 'status');
  });

  it('B2 is listed by id, name and status', async () => {
    const [active, inactive] = [await view(await profile()), await view(await profile([], '0'))];
    const ids = async (query: string) => (await api.get(`verify/profiles?${query}`)).body.data.map(({ id }) => id);
    const all = await ids('per_page=100');
    expect(all).toEqual(expect.arrayContaining([active.id, inactive.id]));
    expect(await ids('filter[status]=0&per_page=100')).toContain(inactive.id);
    expect(await ids('filter[status]=0&per_page=100')).not.toContain(active.id);
    expect(await ids(`filter[id]=${active.id}`)).toEqual([active.id]);
    expect(await ids(`filter[name]=${inactive.name}&filter[status]=0`)).toEqual([inactive.id]);
    expect(await ids(`filter[name]=${inactive.name}&filter[status]=1`)).toEqual([]);
    expect((await doors.as(OTHER_KEY).get('verify/profiles')).body.data).toEqual([]);
    expect((await doors.as(READ_KEY).get('verify/profiles')).status).toBe(403);
  });

  it('B3 is shown with its channels', async () => {
    const path = await profile([{ name: 'sms', from: 'VERIFY', template: '{token} it is', order: 3, wait: 45 }]);
    const answer = await api.get(path);
    expectDone(answer, 'Profile List');
    const { channels } = answer.body.data[0]!;
    expect(channels).toEqual([
      {
        id: expect.any(String) as unknown,
        name: 'sms',
        from: 'VERIFY',
        template: '{token} it is',
        wait: 45,
        order: 3,
        status: '1',
        language: null,
        ttl: null,
      },
    ]);
    expect((await doors.native.get(path.replace('verify', '/v1'))).body).toMatchObject({
      channels: [{ channel: 'sms', template: '{{code}} it is' }],
    });
  });

  it('is shown with the text of the template that it names', async () => {
    const texts = { en: '{{code}} it is', de: '{{code}} ist es' };
    const { body: template } = await doors.native.post('/v1/templates', { name: 'door', texts });
    const channels = [
      { channel: 'sms', template: 'door', locale: 'de-AT' },
      { channel: 'viber', template: template.id },
    ];
    const made = await doors.native.post('/v1/profiles', { name: 'with-template', channels });
    expect(made.status).toBe(201);
    const shown = await view(`verify/profiles/${made.body.id}`);
    expect(shown.channels.map((channel) => channel.template)).toEqual(['{token} ist es', '{token} it is']);
  });

  it('B4 is changed', async () => {
    const path = await profile();
    const { name } = await view(path);
    expectDone(await api.put(path, { name, status: '0' }), 'Profile Updated Successfully');
    expect((await view(path)).status).toBe('0');
    for (const status of [undefined, null]) {
      await api.put(path, { name: `${name}x`, status });
      expect(await view(path)).toMatchObject({ name: `${name}x`, status: '0' });
      await api.put(path, { name });
    }
    expectRefused(await api.put(path, { status: '1' }), 'name');
  });

  it('B5 is deleted', async () => {
    const path = await profile([{ name: 'sms' }]);
    expectDone(await api.delete(path), 'Profile Deleted Successfully');
    for (const answer of [await api.get(path), await api.delete(path), await api.put(path, { name: 'Gone' })]) {
      expect([answer.status, answer.body.status]).toEqual([404, 'ERROR']);
    }
  });

  it('is read-only when the file declares it', async () => {
    const path = 'verify/profiles/file-declared';
    expect((await view(path)).channels.map(({ name }) => name)).toEqual(['tts', 'sms']);
    for (const answer of [await api.delete(path), await api.put(path, { name: 'Mine' })]) {
      expect([answer.status, answer.body.status]).toEqual([409, 'ERROR']);
    }
  });
});

it('B5 is found by its id in capital letters', async () => {
  const path = await profile();
  const { id, name } = await view(path);
  const loud = `verify/profiles/${id.toUpperCase()}`;
  expect((await view(loud)).id).toBe(id);
  expect((await api.get(`verify/profiles?filter[id]=${id.toUpperCase()}`)).body.data).toHaveLength(1);
  expectDone(await api.put(loud, { name: `${name}b` }), 'Profile Updated Successfully');
  expectDone(await api.post(`${loud}/channels`, { channels: [{ name: 'sms' }] }), 'Channel Added Successfully');
  expectDone(await api.delete(loud), 'Profile Deleted Successfully');
  expect((await api.get(path)).status).toBe(404);
});

describe('the channels of a profile', () => {
  it('B6 are of four kinds, in the order that they name', async () => {
    const path = await profile();
    const answer = await api.post(`${path}/channels`, {
      channels: [
        { name: 'viber', from: '0d3cb1f6-9f3c-4b0e-8a63-5f0a91b277ab', order: 3, ttl: 60 },
        { name: 'sms', template: '{token} is the code', order: 2, wait: 60 },
        { name: 'tts', from: '442079460000', template: 'Code {token}', language: 'en_US', order: 1, wait: 60 },
        { name: 'whatsapp', from: '447700900001', order: 0, wait: 45 },
      ],
    });
    expectDone(answer, 'Channel Added Successfully');
    expect((await view(path)).channels).toMatchObject([
      { name: 'whatsapp', order: 0 },
      { name: 'tts', order: 1, language: 'en_US' },
      { name: 'sms', order: 2 },
      { name: 'viber', order: 3, ttl: 60 },
    ]);
    expectRefused(await api.post(`${path}/channels`, { channels: [{ name: 'rcs' }] }), 'channels.0.name');
    expectRefused(
      await api.post(`${path}/channels`, { channels: [{ name: 'sms', template: 'x' }] }),
      'channels.0.template',
    );
    expect((await view(path)).channels).toHaveLength(4);
  });

  it('B7 are changed by name, and only in what is said', async () => {
    const path = await profile([{ name: 'sms', from: 'VERIFY' }, { name: 'whatsapp' }, { name: 'sms' }]);
    const answer = await api.put(`${path}/channels`, { channels: [{ name: 'sms', wait: 50 }] });
    expectDone(answer, 'Channel Updated Successfully');
    expect((await view(path)).channels[0]).toMatchObject({ name: 'sms', from: 'VERIFY', wait: 50 });
    const both = [
      { name: 'sms', wait: 51, from: null },
      { name: 'sms', wait: 52, order: 0 },
    ];
    await api.put(`${path}/channels`, { channels: both });
    expect(await named(path)).toEqual([
      ['sms', 51],
      ['sms', 52],
      ['whatsapp', 30],
    ]);
    expect((await view(path)).channels[0]?.from).toBeNull();
    const nothing = { name: 'sms', wait: null, order: null, ttl: null };
    await api.put(`${path}/channels`, { channels: [nothing] });
    expect((await named(path))[0]).toEqual(['sms', 30]);
    expectRefused(await api.put(`${path}/channels`, { channels: [{ name: 'viber' }] }), 'channels.0.name');
  });

  it('B8 are deleted by name', async () => {
    const path = await profile([{ name: 'sms' }, { name: 'voice', wait: 60 }]);
    expectDone(await api.delete(`${path}/channels/sms`), 'Channel Deleted Successfully');
    expect(await named(path)).toEqual([['tts', 60]]);
    for (const name of ['sms', 'fax']) expect((await api.delete(`${path}/channels/${name}`)).status).toBe(404);
    expect((await api.delete(`${path}/channels/voice`)).status).toBe(200);
    expect(await named(path)).toEqual([]);
  });

  it('B9 leave a minute to a call, by whichever reading', async () => {
    const path = await profile();
    const add = (...channels: Json[]) => api.post(`${path}/channels`, { channels });
    const tts = { name: 'tts', order: 0 };
    expectRefused(await add(tts, { name: 'sms', order: 1, wait: 30 }), 'channels.1.wait');
    expectRefused(await add({ ...tts, wait: 59 }, { name: 'sms', order: 1, wait: 60 }), 'channels.0.wait');
    expectRefused(await add({ name: 'sms', order: 1, wait: 59 }, tts), 'channels.1.wait');
    expect(await named(path)).toEqual([]);
    expectDone(await add(tts, { name: 'sms', order: 1, wait: 60 }), 'Channel Added Successfully');
    expect(await named(path)).toEqual([
      ['tts', 60],
      ['sms', 60],
    ]);
    expectRefused(await api.put(`${path}/channels`, { channels: [{ name: 'sms', wait: 30 }] }), 'channels.1.wait');
    const open = await profile([{ name: 'whatsapp' }, { name: 'voice' }, { name: 'sms' }, { name: 'viber' }]);
    expect(await named(open)).toEqual([
      ['whatsapp', 30],
      ['tts', 60],
      ['sms', 60],
      ['viber', 30],
    ]);
  });

  it('B9 leave it also when the channel between is deleted', async () => {
    const path = await profile([{ name: 'tts' }, { name: 'whatsapp' }, { name: 'sms', wait: 45 }, { name: 'viber' }]);
    expectDone(await api.delete(`${path}/channels/whatsapp`), 'Channel Deleted Successfully');
    expect(await named(path)).toEqual([
      ['tts', 60],
      ['sms', 60],
      ['viber', 30],
    ]);
    const other = { channels: [{ name: 'viber', wait: 20 }] };
    expectDone(await api.put(`${path}/channels`, other), 'Channel Updated Successfully');
  });

  it('B10 are not used while the profile is inactive, or has none', async () => {
    const before = doors.gateway.received.length;
    for (const path of [await profile([{ name: 'sms' }], '0'), await profile()]) {
      const { name } = await view(path);
      const answer = await api.post('verify/omnichannel/send', { profile: name, recipient: { to: freshDigits() } });
      expectRefused(answer, 'profile');
    }
    expect(doors.gateway.received).toHaveLength(before);
  });
});
