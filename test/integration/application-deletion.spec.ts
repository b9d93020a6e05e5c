import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { ApplicationService } from '../../src/applications/application.service.js';
import type { KeyCache } from '../../src/applications/key-cache.js';
import type { Config } from '../../src/config/config.js';
import { ApplicationStore } from '../../src/store/application.store.js';
import { SettingsStore } from '../../src/store/settings.store.js';
import { settingsKey } from '../../src/store/settings-keys.js';
import { WebhookStore } from '../../src/store/webhook.store.js';
import { TestRedis } from '../support/redis.js';

let redis: TestRedis;

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterAll(() => redis.stop());

const away = new Error('its node is away');

function makeService(settings: SettingsStore, webhooks: WebhookStore): ApplicationService {
  const config = { applications: new Map() } as unknown as Config;
  const cache = { forget: () => undefined } as unknown as KeyCache;
  const store = new ApplicationStore(redis.client);
  return new ApplicationService(config, pino({ level: 'silent' }), store, settings, webhooks, cache);
}

it.each(['settings', 'webhooks'])('a deletion that was cut short before the %s went can be finished', async (part) => {
  const stores = { settings: new SettingsStore(redis.client), webhooks: new WebhookStore(redis.client) };
  const service = makeService(stores.settings, stores.webhooks);
  const { id } = await service.create({ name: 'Shop' });
  await redis.client.hset(settingsKey(id, 'profiles'), 'p', '{}');
  await stores.webhooks.save(id, `wh_${'0'.repeat(32)}`, 'sealed', undefined, 'active');

  const cut = {
    settings: Object.assign(new SettingsStore(redis.client), { deleteAll: () => Promise.reject(away) }),
    webhooks: Object.assign(new WebhookStore(redis.client), { deleteAll: () => Promise.reject(away) }),
  };
  const cutShort = makeService(
    part === 'settings' ? cut.settings : stores.settings,
    part === 'webhooks' ? cut.webhooks : stores.webhooks,
  );
  await expect(cutShort.delete(id)).rejects.toBe(away);
  // Without its record no key of it is good for anything.
  await expect(service.get(id)).rejects.toMatchObject({ status: 404 });
  expect(await left(id)).not.toEqual([]);

  await expect(service.delete(id)).rejects.toMatchObject({ status: 404 });
  expect(await left(id)).toEqual([]);
});

const left = (application: string): Promise<string[]> => redis.client.keys(`*${application}*`);
