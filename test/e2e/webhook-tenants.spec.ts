import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, ADMIN_KEY } from '../support/admin.js';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { Service } from '../support/service.js';
import { until } from '../support/wait.js';
import { webhookConfiguration, webhooks } from '../support/webhooks.js';

const UNKNOWN = `wh_${'0'.repeat(32)}`;

describe('webhooks of an application that was made over the API', () => {
  let redis: TestRedis;
  let receiver: Gateway;
  let service: Service;
  let admin: Admin;
  let application: string;
  let token: string;

  beforeAll(async () => {
    redis = await TestRedis.start();
    receiver = await Gateway.start();
    receiver.behaviour = behaviours.answers(204);
    const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY };
    service = await Service.start({ redisUrl: redis.url, config: webhookConfiguration(), env });
    admin = new Admin(service);
    application = await admin.application('Wallet');
    token = (await admin.key(application, { mode: 'test', scopes: ['verifications', 'webhooks'] })).token;
  });

  afterAll(async () => {
    await service.stop();
    await receiver.stop();
    await redis.stop();
  });

  const typesAt = (path: string): string[] =>
    receiver.received.filter(({ url }) => url === path).map(({ body }) => String(body.type));

  it('H6: get its events, or only the one that a start names', async () => {
    await webhooks(service, token).make(`${receiver.url}/all`);
    const { id } = await webhooks(service, token).make(`${receiver.url}/one`, { events: ['verification.canceled'] });
    const api = service.as(token);
    const { id: forAll } = (await api.start(freshNumber())).body;
    await api.cancel(forAll);
    await until('both to hear of it', () => ['/all', '/one'].every((path) => typesAt(path).length > 0));
    const { id: forOne } = (await api.start(freshNumber(), { webhook_id: id })).body;
    await api.cancel(forOne);
    await until('the one to hear of the second', () => typesAt('/one').length === 2);
    expect(typesAt('/one')).toEqual(['verification.canceled', 'verification.canceled']);
    expect(receiver.received.filter(({ url, text }) => url === '/all' && text.includes(forOne))).toEqual([]);
  });

  it('H6: are refused by name when nobody has made them, and nothing is sent', async () => {
    const { status, body } = await service.as(token).start(freshNumber(), { webhook_id: UNKNOWN });
    expect([status, body.errors]).toEqual([
      422,
      [{ field: 'webhook_id', message: 'is not a webhook of this application' }],
    ]);
  });

  it('go with it', async () => {
    expect((await admin.api.request('DELETE', `/v1/applications/${application}`)).status).toBe(204);
    const left = (await redis.dump()).filter(({ key, value }) => key.endsWith(':wh') && value.includes('wh_'));
    expect(left).toEqual([]);
  });
});
