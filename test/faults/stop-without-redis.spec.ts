import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stateKey } from '../../src/store/keys.js';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

describe('a service that is told to stop while Redis is away', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;

  beforeEach(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    service = await Service.start({
      redisUrl: redis.url,
      config: configuration({ gateway: httpAccount(gateway.url, { timeout: 30 }) }),
    });
  });

  afterEach(async () => {
    await service.child.end('SIGKILL');
    await gateway.stop();
    await redis.stop();
  });

  it('does not wait for it', async () => {
    await redis.kill();
    await until('the service to notice', async () => !(await service.ready()));
    const told = Date.now();
    expect(await service.stop()).toBe(0);
    // Its own patience would end after 19 s, with another exit code.
    expect(Date.now() - told).toBeLessThan(10_000);
  });

  it('waits for it while it has an answer to record', async () => {
    let answer: () => void = () => undefined;
    gateway.behaviour = (received, response) => {
      answer = () => {
        behaviours.accepts(received, response);
      };
    };
    const to = freshNumber();
    const { id } = (await service.as(LIVE_KEY).start(to)).body;
    await until('the provider to have it', () => gateway.to(to).length === 1);
    await redis.kill();
    await until('the service to notice', async () => !(await service.ready()));
    service.child.signal('SIGTERM');
    await until('it to hear that', () => service.log.includes('"stopping"'));
    answer();
    await redis.run();
    expect(await service.child.exited).toBe(0);
    expect(await redis.client.hget(stateKey(id), '1:status')).toBe('sent');
  });
});
