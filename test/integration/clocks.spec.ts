import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { DeliveryQueue, type DeliveryJob } from '../../src/delivery/delivery.queue.js';
import { lateness } from '../../src/overload/queue-watch.js';
import { newVerificationId } from '../../src/store/keys.js';
import { freshNumber } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const HOUR = 3_600_000;

let redis: TestRedis;

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(() => redis.stop());

describe('the lateness of a queue', () => {
  it('is by one clock, whatever those of who adds jobs and who looks say', async () => {
    const prefix = '{pl:q}';
    const logger = { warn: () => undefined } as unknown as Logger;
    const lane = new Queue<DeliveryJob>('deliver-clocks', { connection: { path: redis.socket }, prefix });
    const queue = new DeliveryQueue(new Map([['gateway', [lane]]]), redis.client, logger);
    const clock = jest.spyOn(Date, 'now');
    for (const ahead of [-HOUR, HOUR]) {
      const at = await queue.now();
      clock.mockReturnValue(at + ahead);
      await queue.addAll([{ id: newVerificationId('a7'), revision: '1', at, account: 'gateway' }]);
      clock.mockReturnValue(at - ahead);
      const [oldest, now] = await Promise.all([queue.oldest(), queue.now()]);
      expect(oldest.get('gateway')).toMatchObject({ at });
      expect(lateness(oldest, new Map(), now)).toBeLessThan(1_000);
      expect(await queue.backlogs()).toMatchObject([{ waiting: 1 }]);
      expect((await queue.backlogs())[0]!.ageMs).toBeLessThan(1_000);
      await lane.drain();
    }
    clock.mockRestore();
    await lane.close();
  });
});

describe('a worker whose clock is an hour ahead', () => {
  it('sends what Redis says is due', async () => {
    const gateway = await Gateway.start();
    const options = { redisUrl: redis.url, config: configuration({ gateway: httpAccount(gateway.url) }) };
    const ahead = encodeURIComponent(`{const now=Date.now;Date.now=()=>now()+${HOUR}}`);
    const env = { PASSLANE_ROLE: 'worker', NODE_OPTIONS: `--import=data:text/javascript,${ahead}` };
    const services = [
      await Service.start({ ...options, env: { PASSLANE_ROLE: 'api' } }),
      await Service.start({ ...options, env }),
    ] as const;
    const to = freshNumber();
    await services[0].as(LIVE_KEY).start(to);
    await until('the message', () => gateway.to(to).length === 1, 5_000);
    for (const service of services) await service.stop();
    await gateway.stop();
  });
});
