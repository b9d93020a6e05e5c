import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, SECRET, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const NEW_SECRET = randomBytes(32).toString('base64');

let redis: TestRedis;
let gateway: Gateway;
/** Processes that have not restarted yet, that can read the new secret, and that write with it. */
let before: Service;
let reading: Service;
let writing: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
  const config = configuration({ gateway: httpAccount(gateway.url) });
  const start = (role: string, secrets: string[]) =>
    Service.start({ redisUrl: redis.url, config, env: { PASSLANE_ROLE: role, PASSLANE_SECRET: secrets.join() } });
  [before, reading, writing] = await Promise.all([
    start('api', [SECRET]),
    start('all', [SECRET, NEW_SECRET, SECRET]),
    start('api', [NEW_SECRET, SECRET]),
  ]);
});

afterAll(async () => {
  for (const service of [before, reading, writing]) await service.stop();
  await gateway.stop();
  await redis.stop();
});

/** Started at one process, sent by the one that sends. */
async function started(at: Service): Promise<{ id: string; to: string; code: string }> {
  const to = freshNumber();
  const { id } = (await at.as(LIVE_KEY).start(to)).body;
  const message = await until('the message', () => gateway.to(to)[0]);
  return { id, to, code: message.body.code! };
}

describe('while the secret rotates', () => {
  it.each([
    ['the old secret, and one that can read the new', () => [before, reading] as const],
    ['the new secret, and one that can read it', () => [writing, reading] as const],
  ])('processes work side by side: one that writes with %s', async (_what, both) => {
    for (const [first, second] of [both(), both().toReversed() as [Service, Service]]) {
      const { id, to, code } = await started(first);
      expect((await second.as(LIVE_KEY).start(to)).body).toMatchObject({ id, sends: { made: 2 } });
      expect((await second.as(LIVE_KEY).check(id, code)).body.result).toBe('approved');
    }
  });

  it('a check of what cannot be read is 503 and does not count', async () => {
    const { id, code } = await started(writing);
    expect(await before.as(LIVE_KEY).check(id, code)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await writing.as(LIVE_KEY).check(id, code)).body).toMatchObject({
      result: 'approved',
      checks: { made: 1 },
    });
  });
});
