import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, type Answer } from '../support/api.js';
import { failoverConfiguration, messageOf, next } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { httpAccount, LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

interface Template {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly texts: Record<string, string>;
}

const TEXTS = { en: '{{code}} it is', de: '{{code}} ist es, {{minutes}} Minuten' };

let redis: TestRedis;
let gateway: Gateway;
let service: Service;
/** Another process on the same Redis. */
let second: Service;
let names = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = failoverConfiguration(
    { gateway: httpAccount(gateway.url) },
    {
      templates: { 'shop/from-file': { texts: { de: '{{code}} aus der Datei' } } },
      profiles: { 'shop/with-template': { channels: [{ channel: 'sms' }], defaults: { template: 'from-file' } } },
    },
  );
  service = await Service.start({ redisUrl: redis.url, config });
  second = await Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ROLE: 'api' } });
});

afterAll(async () => {
  await Promise.all([service.stop(), second.stop()]);
  await gateway.stop();
  await redis.stop();
});

const freshName = (): string => `template-${String(++names).padStart(3, '0')}`;

/** Calls `/v1/templates`. */
async function call(method: string, path: string, body?: unknown, key = LIVE_KEY) {
  const { status, body: answer } = await service.as(key).request(method, `/v1/templates${path}`, body);
  return { status, template: answer as unknown as Template, problem: answer };
}

async function make(body: Record<string, unknown> = {}, key = LIVE_KEY): Promise<Template> {
  const { status, template } = await call('POST', '', { name: freshName(), texts: TEXTS, ...body }, key);
  expect(status).toBe(201);
  return template;
}

/** The fields that a 422 names. */
const fieldsOf = ({ status, body }: Answer): unknown => [status, body.errors?.map(({ field }) => field)];

async function refused(method: string, path: string, body: unknown): Promise<unknown> {
  return fieldsOf(await service.as(LIVE_KEY).request(method, `/v1/templates${path}`, body));
}

const start = (body: Record<string, unknown>, on = service) =>
  on.as(LIVE_KEY).post('/v1/verifications', { to: freshNumber(), ...body });

/** What a person reads, with `…` for the code. */
async function textOf(body: Record<string, unknown>): Promise<string> {
  const to = freshNumber();
  const started = await start({ to, ...body });
  expect(started.status).toBe(201);
  const { text, code } = (await until('the message', () => gateway.to(to)[0])).body;
  return text!.replace(code!, '…');
}

describe('a template', () => {
  it('is made, read, patched, deleted', async () => {
    const template = await make();
    expect(template).toEqual({ id: template.id, name: template.name, texts: TEXTS, status: 'active' });
    expect((await call('GET', `/${template.id}`)).template).toEqual(template);
    const patched = await call('PATCH', `/${template.id}`, { status: 'inactive', texts: { fr: '{{code}}' } });
    expect(patched).toMatchObject({ status: 200, template: { name: template.name, status: 'inactive' } });
    expect(patched.template.texts).toEqual({ fr: '{{code}}' });
    expect((await call('GET', `/${template.id}`)).template).toEqual(patched.template);

    expect((await call('DELETE', `/${template.id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await call(method, `/${template.id}`)).status).toBe(404);
    expect((await call('PATCH', `/${template.id}`, { status: 'active' })).status).toBe(404);
    expect((await call('DELETE', `/name:${template.name}`)).status).toBe(404);
    await make({ name: template.name });
  });

  it('has a name of its own in its application, for good', async () => {
    const { id, name } = await make();
    expect(await refused('POST', '', { name, texts: TEXTS })).toEqual([422, ['name']]);
    expect(await refused('POST', '', { name: 'from-file', texts: TEXTS })).toEqual([422, ['name']]);
    expect(await refused('POST', '', { name: 'two words', texts: TEXTS })).toEqual([422, ['name']]);
    expect(await refused('PATCH', `/${id}`, { name: freshName() })).toEqual([422, ['name']]);
    await make({ name }, OTHER_KEY);
    const taken = freshName();
    const parallel = Array.from({ length: 8 }, () => call('POST', '', { name: taken, texts: TEXTS }));
    const statuses = (await Promise.all(parallel)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, ...Array<number>(7).fill(422)]);
  });

  it('refuses texts out of bounds, and names the language', async () => {
    const { id } = await make();
    const wrong: [unknown, string][] = [
      [{}, 'texts'],
      ['text', 'texts'],
      [{ en: 'no code' }, 'texts.en'],
      [{ en: '' }, 'texts.en'],
      [{ en: `{{code}}${'x'.repeat(493)}` }, 'texts.en'],
      [{ en: '{{code}}\u202e' }, 'texts.en'],
      [{ en: '{{code}}\n' }, 'texts.en'],
      [{ english: '{{code}}' }, 'texts.english'],
      [{ 'pt-BR': '{{code}}', pt_br: '{{code}}' }, 'texts.pt_br'],
    ];
    for (const [texts, field] of wrong) {
      expect(await refused('POST', '', { name: freshName(), texts })).toEqual([422, [field]]);
      expect(await refused('PATCH', `/${id}`, { texts })).toEqual([422, [field]]);
    }
    const languages = Array.from({ length: 31 }, (_, i): [string, string] => [`en-${100 + i}`, '{{code}}']);
    expect(await refused('POST', '', { name: freshName(), texts: Object.fromEntries(languages) })).toEqual([
      422,
      ['texts'],
    ]);
    expect(await refused('POST', '', { texts: TEXTS, colour: 'red' })).toEqual([422, ['name', 'colour']]);
    expect(await refused('PATCH', `/${id}`, {})).toEqual([422, ['body']]);
  });

  it('of the file can be read and used, but not changed', async () => {
    expect((await call('GET', '/file-from-file')).template).toMatchObject({ name: 'from-file', status: 'active' });
    for (const [method, body] of [['PATCH', { status: 'inactive' }], ['DELETE']] as [string, unknown?][]) {
      expect((await call(method, '/file-from-file', body)).problem).toMatchObject({ status: 409, code: 'read_only' });
    }
    expect(await textOf({ profile: 'with-template' })).toBe('… aus der Datei');
    expect(await textOf({ channels: [{ channel: 'sms', template: 'from-file' }] })).toBe('… aus der Datei');
  });

  it('is listed by name, page by page', async () => {
    for (const name of ['list-b', 'list-a', 'list-c']) await make({ name }, OTHER_KEY);
    const other = service.as(OTHER_KEY);
    const { body } = await other.get('/v1/templates?limit=2&cursor=list');
    const page = body as unknown as { data: Template[]; next_cursor: string };
    expect(page).toMatchObject({ data: [{ name: 'list-a' }, { name: 'list-b' }], next_cursor: 'list-b' });
    expect((await service.as(READ_KEY).get('/v1/templates')).status).toBe(403);
  });
});

describe('a start', () => {
  it('takes the text of the language, by name or id, in steps and profiles', async () => {
    const { id, name } = await make();
    const steps = (template: string, extra = {}) => ({ channels: [{ channel: 'sms', template, ...extra }] });
    expect(await textOf({ ...steps(name), locale: 'de-AT' })).toBe('… ist es, 5 Minuten');
    expect(await textOf({ ...steps(id, { locale: 'de' }), locale: 'fr' })).toBe('… ist es, 5 Minuten');
    expect(await textOf({ ...steps(id), locale: 'fr' })).toBe('… it is');
    const profile = { name: freshName(), ...steps(name), defaults: { locale: 'de' } };
    expect((await service.as(LIVE_KEY).post('/v1/profiles', profile)).status).toBe(201);
    expect(await textOf({ profile: profile.name })).toBe('… ist es, 5 Minuten');
  });

  it('keeps the text that it began with', async () => {
    const { id, name } = await make();
    const to = freshNumber();
    const channels = [{ channel: 'sms' }, { channel: 'whatsapp', template: name }];
    const { body } = await start({ to, channels });
    const api = service.as(LIVE_KEY);
    await messageOf(gateway, api, body.id, to, 1);
    expect((await call('PATCH', `/${id}`, { texts: { en: 'Edited {{code}}' } })).status).toBe(200);
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect((await next(api, body.id)).status).toBe(200);
    const message = await messageOf(gateway, api, body.id, to, 2);
    expect(message.body.text).toBe(`${message.body.code!} it is`);
  });

  it('names the step whose template is not there, inactive, or another application’s', async () => {
    const asleep = await make({ status: 'inactive' });
    const others = await make({}, OTHER_KEY);
    for (const template of ['nobody', 'no code', asleep.name, others.id, others.name]) {
      const channels = [{ channel: 'sms' }, { channel: 'sms', template }];
      expect(fieldsOf(await start({ channels }))).toEqual([422, ['channels.1.template']]);
    }
  });

  it('sees a change at once where it was made, and in another process within a second', async () => {
    const { id, name } = await make();
    const status = async (on?: Service) => (await start({ channels: [{ channel: 'sms', template: name }] }, on)).status;
    expect([await status(), await status(second)]).toEqual([201, 201]);
    await call('PATCH', `/${id}`, { status: 'inactive' });
    expect(await status()).toBe(422);
    // The rest is room for a busy machine; unheard, it would take 30 s.
    await until('the second process to hear of it', async () => (await status(second)) === 422, 10_000);
  });
});

describe('a profile', () => {
  it('names only templates that are there, which then stay', async () => {
    const api = service.as(LIVE_KEY);
    const { id, name } = await make();
    const wrong = { channels: [{ channel: 'sms' }, { channel: 'sms', template: 'gone', status: 'inactive' }] };
    const nobody = { name: freshName(), ...wrong, defaults: { template: 'gone' } };
    const fields = ['channels.1.template', 'defaults.template'];
    expect(fieldsOf(await api.post('/v1/profiles', nobody))).toEqual([422, fields]);
    const made = [
      await api.post('/v1/profiles', { name: freshName(), channels: [{ channel: 'sms', template: id }] }),
      await api.post('/v1/profiles', { name: freshName(), defaults: { template: name } }),
    ];
    expect(fieldsOf(await api.request('PUT', `/v1/profiles/${made[0]!.body.id}/channels`, wrong))).toEqual([
      422,
      ['channels.1.template'],
    ]);
    for (const { status, body } of made) {
      expect(status).toBe(201);
      expect((await call('DELETE', `/${id}`)).problem).toMatchObject({ status: 409, code: 'in_use' });
      await api.request('DELETE', `/v1/profiles/${body.id}`);
    }
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
  });
});
