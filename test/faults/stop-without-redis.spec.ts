import { expect, it } from '@jest/globals';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, Service } from '../support/service.js';
import { until } from '../support/wait.js';

it('a service that is told to stop while Redis is away does not wait for it', async () => {
  const redis = await TestRedis.start();
  const gateway = await Gateway.start();
  const service = await Service.start({
    redisUrl: redis.url,
    config: configuration({ gateway: httpAccount(gateway.url) }),
  });
  await redis.kill();
  await until('the service to notice', async () => !(await service.ready()));
  const told = Date.now();
  expect(await service.stop()).toBe(0);
  // Its own patience would end after 25 s, with exit code 1.
  expect(Date.now() - told).toBeLessThan(10_000);
  await gateway.stop();
  await redis.stop();
});
