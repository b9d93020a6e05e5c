import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { LIVE_KEY, OTHER_KEY, READ_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';
import { webhookConfiguration, webhooks } from '../support/webhooks.js';

let redis: TestRedis;
let receiver: Gateway;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  receiver = await Gateway.start();
  service = await Service.start({ redisUrl: redis.url, config: webhookConfiguration() });
});

/** Each test leaves no webhook behind, so that it does not see the next one's events. */
afterEach(async () => {
  for (const key of [LIVE_KEY, OTHER_KEY]) {
    const api = webhooks(service, key);
    for (const { id } of await api.list('?limit=100')) await api.call('DELETE', `/${id}`);
  }
});

afterAll(async () => {
  await service.stop();
  await receiver.stop();
  await redis.stop();
});

describe('a webhook', () => {
  it('is made, shown, changed, listed and deleted; its secret is shown once (H1)', async () => {
    const { call, make, list } = webhooks(service);
    const url = `${receiver.url}/crud`;
    const { secret, ...made } = await make(url, { events: ['verification.approved'], description: 'login' });
    expect(made).toMatchObject({ url, events: ['verification.approved'], status: 'active', failing_since: null });
    expect(made.id).toMatch(/^wh_[0-9a-f]{32}$/);
    expect(secret).toMatch(/^whsec_/);
    expect((await call('GET', `/${made.id}`)).body).toEqual(made);

    const patched = await call('PATCH', `/${made.id}`, { url: `${url}/2`, events: ['*'], active: false });
    expect(patched.body).toEqual({ ...made, url: `${url}/2`, events: ['*'], status: 'inactive' });
    const second = await make(url);
    const first = await call('GET', '?limit=1');
    expect(first.body.data.map(({ id }) => id)).toEqual([made.id]);
    expect((await list(`?cursor=${first.body.next_cursor}`)).map(({ id }) => id)).toEqual([second.id]);

    expect((await call('DELETE', `/${made.id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await call(method, `/${made.id}`)).status).toBe(404);
    expect((await call('PATCH', `/${made.id}`, { active: true })).status).toBe(404);
    expect((await call('POST', `/${made.id}/rotate`)).status).toBe(404);
  });

  it('names the field that is wrong', async () => {
    const { make, refused } = webhooks(service);
    const url = `${receiver.url}/wrong`;
    const { id } = await make(url);
    const wrong = {
      url: 'https://10.0.0.1/',
      events: [],
      description: '',
      signature: 'rsa',
      challenge: 'yes',
      more: 1,
    };
    for (const [field, value] of Object.entries(wrong)) {
      expect(await refused('POST', '', { url, [field]: value })).toEqual([field]);
    }
    expect(await refused('POST', '', {})).toEqual(['url']);
    expect(await refused('POST', '', { url, events: ['verification.guessed'] })).toEqual(['events.0']);
    expect(await refused('PATCH', `/${id}`, { url: 'http://[::1]/' })).toEqual(['url']);
    expect(await refused('PATCH', `/${id}`, { active: 'no' })).toEqual(['active']);
    expect(await refused('PATCH', `/${id}`, {})).toEqual(['body']);
    for (const [field, body] of [
      ['body', {}],
      ['body', { event_id: 'x', all: true }],
      ['from', { from: 'yesterday' }],
      ['until', { until: new Date().toISOString() }],
      ['all', { all: false }],
      ['event_id', { event_id: 'evt_of_nobody' }],
    ] as const) {
      expect(await refused('POST', `/${id}/replay`, body)).toContain(field);
    }
    for (const list of ['deliveries', 'dead-letters']) {
      expect(await refused('GET', `/${id}/${list}?cursor=x`)).toEqual(['cursor']);
    }
  });

  it('belongs to its application, and needs the scope', async () => {
    const { id } = await webhooks(service).make(`${receiver.url}/mine`);
    const other = webhooks(service, OTHER_KEY);
    expect((await other.call('GET', `/${id}`)).status).toBe(404);
    expect((await other.call('DELETE', `/${id}`)).status).toBe(404);
    expect((await other.call('GET', `/${id}/deliveries`)).status).toBe(404);
    expect((await webhooks(service, READ_KEY).call('GET', '')).status).toBe(403);
    expect((await webhooks(service, 'nobody').call('GET', '')).status).toBe(401);
  });

  it('is one of a hundred at most, of parallel ones too', async () => {
    const { call } = webhooks(service, OTHER_KEY);
    // Where Redis stalls on a busy machine an answer is 503, which leaves open whether the webhook was made.
    let unanswered = 0;
    const answered = async (method: string, path: string, body?: unknown) => {
      const answer = await call(method, path, body);
      if (answer.status !== 503) return answer;
      unanswered++;
      return undefined;
    };
    const create = () => until('an answer', () => answered('POST', '', { url: receiver.url }));
    const answers = await Promise.all(Array.from({ length: 103 }, create));
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
    const refused = answers.filter(({ problem }) => problem.code === 'too_many').length;
    expect(made.length + refused).toBe(103);
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(refused).toBeLessThanOrEqual(3 + unanswered);
    const { body: page } = await until('the list', () => answered('GET', '?limit=100'));
    expect(page.data).toHaveLength(100);
    expect(page.next_cursor).toBeNull();
    expect(page.data.map(({ id }) => id)).toEqual(expect.arrayContaining(made));
  });

  it('leaves neither its secret nor its address in Redis or in logs', async () => {
    const { secret } = await webhooks(service).make(`${receiver.url}/hidden-place`);
    const dump = JSON.stringify(await redis.dump()) + service.log;
    expect(dump).not.toContain(secret.slice('whsec_'.length));
    expect(dump).not.toContain('hidden-place');
  });
});
