import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyKey } from '../../src/store/access-keys.js';
import { Admin, ADMIN_KEY } from '../support/admin.js';
import type { Answer } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, SECRET, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let service: Service;
let token: string;
let id: string;

/** Far more than it takes, on a machine that is busy with other things. */
const PATIENCE_MS = 30_000;

beforeAll(async () => {
  redis = await TestRedis.start();
  const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY };
  service = await Service.start({ redisUrl: redis.url, config: configuration({}), env });
});

beforeEach(async () => {
  const admin = new Admin(service);
  ({ id, token } = await admin.key(await admin.application('shop')));
  expect((await sending(token)).body.code).toBe('validation_failed');
});

afterAll(async () => {
  await redis.kill();
  await service.child.end('SIGKILL');
  await redis.stop();
});

/** Gets as far as the body, which is wrong: all that it needs is to know the key. */
const sending = (key: string): Promise<Answer> => service.as(key).post('/v1/verifications', {});

it('a revocation that could not be pushed is seen: nothing known outlives the connection', async () => {
  // As when the news is lost with the connection that would have brought it.
  await redis.client.hset(keyKey(id), 'revoked', Date.now());
  expect((await sending(token)).status).toBe(422);
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  // Well before what is known would be asked for again anyway.
  await until('the revocation to be seen', async () => (await sending(token)).body.code === 'key_revoked', 15_000);
});

it('where changes cannot be heard, every use asks Redis', async () => {
  await redis.client.call('ACL', 'SETUSER', 'default', 'resetchannels');
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until('it to be noticed', () => service.log.includes('changes cannot be heard'), PATIENCE_MS);
  expect((await sending(token)).status).toBe(422);
  await redis.client.hset(keyKey(id), 'revoked', Date.now());
  expect((await sending(token)).body.code).toBe('key_revoked');
  await redis.client.call('ACL', 'SETUSER', 'default', 'allchannels');
});

describe.each<[string, () => unknown, () => unknown]>([
  [
    'hangs',
    () => {
      redis.signal('SIGSTOP');
    },
    () => {
      redis.signal('SIGCONT');
    },
  ],
  ['is refused', () => redis.kill(), () => redis.run()],
])('while Redis %s', (_, breakIt, mend) => {
  it('keys of the API are answered 503, even known ones; those of the file are as they were', async () => {
    await breakIt();
    const refused = await until(
      'what is known to be given up',
      async () => {
        const answer = await sending(token);
        return answer.status === 503 && answer;
      },
      PATIENCE_MS,
    );
    expect(refused.body.code).toBe('unavailable');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await sending(LIVE_KEY)).body.code).toBe('validation_failed');
    expect((await sending('no-key-of-anybody')).status).toBe(401);

    await mend();
    await until('the key to work again', async () => (await sending(token)).status === 422, PATIENCE_MS);
  });
});

it('keys outlive the secret that they were made under', async () => {
  const fresh = Buffer.alloc(32, 7).toString('base64');
  const restart = async (PASSLANE_SECRET: string): Promise<void> => {
    await service.stop();
    const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY, PASSLANE_SECRET };
    service = await Service.start({ redisUrl: redis.url, config: configuration({}), env });
  };
  for (const secrets of [`${fresh},${SECRET}`, fresh]) {
    await restart(secrets);
    expect((await sending(token)).status).toBe(422);
  }
  // Whoever has the data and none of the secrets has nothing.
  await restart(Buffer.alloc(32, 8).toString('base64'));
  expect((await sending(token)).status).toBe(503);
  await until('the reason', () => service.log.includes('need the secret that was there before'));
});
