import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Behaviour } from '../../support/gateway.js';
import { freshDigits, type PlatformAnswer } from '../../support/platform-door.js';
import { Hooks } from '../../support/platform-webhooks.js';
import { OTHER_KEY, READ_KEY } from '../../support/service.js';
import { until } from '../../support/wait.js';

let hooks: Hooks;

beforeAll(async () => {
  hooks = await Hooks.start();
});

afterAll(() => hooks.stop());

function expectRefused({ status, body }: PlatformAnswer, field: string): void {
  expect([status, body.message]).toEqual([422, expect.stringContaining(`${field}: `) as unknown]);
}

const echo: Behaviour = ({ body }, response) => {
  response.end(JSON.stringify({ challenge: body.challenge }));
};

describe('developer/webhooks', () => {
  it('H1 creates, lists, shows and changes', async () => {
    expectRefused(await hooks.api.post('developer/webhooks', { name: 'x' }), 'uri');
    expectRefused(await hooks.api.post('developer/webhooks', { name: 'x', uri: 'http://10.0.0.1/' }), 'uri');
    expectRefused(
      await hooks.api.post('developer/webhooks', { name: 'x', uri: hooks.receiver.url, secret: 'a\nb' }),
      'secret',
    );
    const made = await hooks.api.post('developer/webhooks', {
      name: 'reports',
      uri: `${hooks.receiver.url}/h1`,
      secret: 's3cret',
    });
    const { id } = made.body.data;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as unknown;
    const view = {
      id,
      name: 'reports',
      uri: `${hooks.receiver.url}/h1`,
      secret: null,
      verification_code: null,
      status: 1,
      created_at: time,
      updated_at: time,
    };
    expect(made.body).toEqual({ status: 'OK', code: 200, message: 'Created Successfully', data: view });
    expect((await hooks.api.get(`developer/webhooks/${id}`)).body).toMatchObject({ message: 'OK', data: view });
    const list = await hooks.api.get('developer/webhooks?filter[name]=reports');
    expect(list.body).toMatchObject({ message: 'OK', data: [view], meta: { total: 1 } });
    expect((await hooks.api.get('developer/webhooks?filter[name]=others')).body.data).toEqual([]);
    const changed = await hooks.api.put(`developer/webhooks/${id}`, {
      name: 'renamed',
      uri: `${hooks.receiver.url}/h1b`,
      status: '0',
    });
    expect(changed.body).toMatchObject({
      message: 'Updated Successfully',
      data: { ...view, name: 'renamed', uri: `${hooks.receiver.url}/h1b`, status: 0 },
    });
    expectRefused(await hooks.api.put(`developer/webhooks/${id}`, { name: 'x' }), 'uri');

    // It is one of the application's, and nobody else's; those of the native API are not of this door.
    const native = (await hooks.doors.native.get('/v1/webhooks')).body.data.map((one) => one.id);
    expect(native).toContain(id);
    expect((await hooks.doors.as(OTHER_KEY).get(`developer/webhooks/${id}`)).status).toBe(404);
    const plain = (await hooks.doors.native.post('/v1/webhooks', { url: hooks.receiver.url })).body.id;
    expect((await hooks.api.get(`developer/webhooks/${plain}`)).status).toBe(404);
    await hooks.doors.native.request('DELETE', `/v1/webhooks/${plain}`);
  });

  it('H1 takes what is empty or null as not given', async () => {
    const uri = `${hooks.receiver.url}/empty`;
    const made = await hooks.api.post('developer/webhooks', { name: 'x', uri, secret: '', token: '', status: 1 });
    expect([made.status, made.body.data.status]).toEqual([200, 1]);
    expect(hooks.receivedAt('/empty')).toEqual([]);
    const { path, id } = await hooks.webhook({ secret: 's3cret', token: null, status: null });
    const body = { name: 'x', uri: hooks.receiver.url + path, secret: '', status: null };
    expect((await hooks.api.put(`developer/webhooks/${id}`, body)).body.data.status).toBe(1);
    expect((await hooks.reportAt(path)).headers.authorization).toBe('Bearer s3cret');
  });

  it('H2 deletes softly, and restores', async () => {
    const [deleted, control] = [await hooks.webhook(), await hooks.webhook()];
    await hooks.reportAt(deleted.path);
    const answer = await hooks.api.delete(`developer/webhooks/${deleted.id}`);
    expect(answer.body).toEqual({ status: 'OK', code: 200, message: 'Deleted Successfully', data: [] });
    expect((await hooks.api.get(`developer/webhooks/${deleted.id}`)).body.data.status).toBe(0);
    await hooks.silence(deleted.path, control.path);
    const body = { name: 'restored', uri: hooks.receiver.url + deleted.path, status: 1 };
    expect((await hooks.api.put(`developer/webhooks/${deleted.id}`, body)).body.data.status).toBe(1);
    await hooks.reportAt(deleted.path);
  });

  it('H3 asks the receiver first, where it has a validation key', async () => {
    const pending = await hooks.webhook({ token: 'key of theirs'.replaceAll(' ', '-'), secret: 's3cret' });
    const [asked] = hooks.receivedAt(pending.path);
    expect(asked?.url).toBe(`${pending.path}?token=key-of-theirs`);
    expect(asked?.headers.authorization).toBe('Bearer s3cret');
    expect(asked?.body).toEqual({
      validation_key: 'key-of-theirs',
      challenge: expect.stringMatching(/.{20}/) as unknown,
    });
    expect((await hooks.api.get(`developer/webhooks/${pending.id}`)).body.data.status).toBe(0);
    const control = await hooks.webhook();
    await hooks.silence(pending.path, control.path);
    const body = { name: 'again', uri: hooks.receiver.url + pending.path, status: 1 };
    expect((await hooks.api.put(`developer/webhooks/${pending.id}`, body)).body.data.status).toBe(0);
    hooks.at.set(pending.path, echo);
    expect((await hooks.api.put(`developer/webhooks/${pending.id}`, body)).body.data.status).toBe(1);
    await hooks.reportAt(pending.path);
    expect((await hooks.api.delete(`developer/webhooks/${pending.id}`)).status).toBe(200);
  });

  it('H3 asks a receiver that gets its first validation key by a change', async () => {
    const { id, path } = await hooks.webhook();
    const control = await hooks.webhook();
    const change = async (body: Record<string, unknown>) => {
      const whole = { name: 'x', uri: hooks.receiver.url + path, ...body };
      return (await hooks.api.put(`developer/webhooks/${id}`, whole)).body.data.status;
    };
    expect(await change({})).toBe(1);
    expect(hooks.receivedAt(path)).toEqual([]);
    expect(await change({ token: 'theirs' })).toBe(0);
    expect(hooks.receivedAt(path).map(({ url }) => url)).toEqual([`${path}?token=theirs`]);
    await hooks.silence(path, control.path);
    hooks.at.set(path, echo);
    expect(await change({})).toBe(1);
    expect(await change({ token: 'theirs' })).toBe(1);
    expect(hooks.receivedAt(path).filter(({ url }) => url.includes('?'))).toHaveLength(2);
    await hooks.api.delete(`developer/webhooks/${id}`);
  });

  it('H3 asks one that is stopped when it is to send again, and makes it active for no other change', async () => {
    const { id, path } = await hooks.webhook();
    hooks.at.set(path, echo);
    await hooks.api.delete(`developer/webhooks/${id}`);
    const change = async (body: Record<string, unknown>) => {
      const whole = { name: 'x', uri: hooks.receiver.url + path, ...body };
      return (await hooks.api.put(`developer/webhooks/${id}`, whole)).body.data.status;
    };
    for (const body of [{ token: 'theirs' }, { status: 0 }, {}]) expect(await change(body)).toBe(0);
    expect(hooks.receivedAt(path)).toEqual([]);
    expect(await change({ status: 1 })).toBe(1);
    expect(hooks.receivedAt(path).map(({ url }) => url)).toEqual([`${path}?token=theirs`]);
    await hooks.api.delete(`developer/webhooks/${id}`);
  });

  it.each(['/v1/webhooks', 'developer/webhooks'])(
    'H3 keeps nothing of the old address, and shows no more than who changes it may see, over %s',
    async (api) => {
      const hook = await hooks.webhook({ secret: 's3cret' });
      const path = `${hook.path}/of-another`;
      const uri = hooks.receiver.url + path;
      const { status } = api.startsWith('/v1')
        ? await hooks.doors.service.as(READ_KEY).request('PATCH', `${api}/${hook.id}`, { url: uri })
        : await hooks.doors.as(READ_KEY).put(`${api}/${hook.id}`, { name: 'a hook', uri });
      expect(status).toBe(200);
      const told = await until('a report', async () => {
        await hooks.delivered();
        return hooks.receivedAt(path)[0];
      });
      expect(told.json.payload.mobile).toMatch(/^14\*+\d\d$/);
      expect(told.headers.authorization).toBeUndefined();
    },
  );

  it('H3 tells a new address no key but a new one', async () => {
    const hook = await hooks.webhook({ token: 'theirs', secret: 's3cret' });
    const move = async (path: string, body = {}) => {
      await hooks.api.put(`developer/webhooks/${hook.id}`, { name: 'x', uri: hooks.receiver.url + path, ...body });
      return hooks.receivedAt(path)[0];
    };
    const asked = await move(`${hook.path}/a`);
    expect([asked?.url, asked?.headers.authorization]).toEqual([`${hook.path}/a?token=`, undefined]);
    hooks.at.set(`${hook.path}/b`, echo);
    const again = await move(`${hook.path}/b`, { token: 'new', secret: 'n3w' });
    expect([again?.url, again?.headers.authorization]).toEqual([`${hook.path}/b?token=new`, 'Bearer n3w']);
    // Who may see whole numbers has moved it, so they are told as before.
    await hooks.reportAt(`${hook.path}/b`);
    // Nor is one asked that is to get nothing.
    hooks.at.set(`${hook.path}/c`, echo);
    expect(await move(`${hook.path}/c`, { status: 0 })).toBeUndefined();
    expect((await hooks.api.get(`developer/webhooks/${hook.id}`)).body.data.status).toBe(0);
    expect(await move(`${hook.path}/c`, { status: 1 })).toBeDefined();
    expect((await hooks.api.get(`developer/webhooks/${hook.id}`)).body.data.status).toBe(1);
    await hooks.api.delete(`developer/webhooks/${hook.id}`);
  });

  it('H6 is told of the messages that name it, subscribed or not, and nobody else is', async () => {
    const [named, control] = [await hooks.webhook({}, []), await hooks.webhook()];
    await hooks.reportAt(control.path);
    const told = await hooks.reportAt(named.path, { webhook_id: named.id });
    expect(hooks.about(control.path, told.json.payload.mobile!)).toBeUndefined();
    await hooks.silence(named.path, control.path);
    // `version` is in Redis, beside the webhooks.
    for (const webhook_id of [`wh_${'0'.repeat(32)}`, 'version']) {
      expectRefused(await hooks.api.send(freshDigits(), undefined, { webhook_id }), 'payload.webhook_id');
    }
  });
});
