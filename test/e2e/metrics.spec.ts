import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/wait.js';
import { TestRedis } from '../support/redis.js';
import { configuration, Service } from '../support/service.js';

describe('/metrics of a service to which nothing has happened yet', () => {
  let redis: TestRedis;
  let service: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    service = await Service.start({ redisUrl: redis.url, config: configuration({}) });
  });

  afterAll(async () => {
    await service.stop();
    await redis.stop();
  });

  const read = async () => (await (await fetch(`${service.url}/metrics`)).text()).split('\n');

  it('has zeros for what alerts look for, so that they see the first one, and that there is none', async () => {
    expect(await read()).toEqual(
      expect.arrayContaining([
        'passlane_checks_total{result="approved"} 0',
        'passlane_checks_total{result="incorrect"} 0',
        'passlane_budget_refusals_total{at="start",limit="spend_per_day"} 0',
        'passlane_budget_refusals_total{at="send",limit="country_spend_per_hour"} 0',
        'passlane_shed_total{kind="start"} 0',
        'passlane_shed_total{kind="check"} 0',
        'passlane_webhook_attempts_total{outcome="failed"} 0',
        'passlane_webhook_attempts_total{outcome="delivered"} 0',
      ]),
    );
  });

  it('asks Redis once for all who ask within a second', async () => {
    const asked = async () => (await redis.commandCounts()).info ?? 0;
    const readAnew = async (times: number) => {
      await sleep(1_000);
      await redis.client.config('RESETSTAT');
      await Promise.all(Array.from({ length: times }, read));
      return asked();
    };
    const once = await readAnew(1);
    expect(once).toBeGreaterThan(0);
    // A machine that is busy may take longer than a second for all of them.
    expect(await readAnew(100)).toBeLessThanOrEqual(3 * once);
  });

  it('tells how full Redis is, where that has a limit', async () => {
    const of = async (kind: string) => {
      const [, bytes] =
        (await read()).join('\n').match(new RegExp(`^passlane_redis_memory_bytes{kind="${kind}"} (\\d+)`, 'm')) ?? [];
      return bytes === undefined ? undefined : Number(bytes);
    };
    expect(await until('what Redis uses', () => of('used'))).toBeGreaterThan(100_000);
    expect(await of('limit')).toBeUndefined();
    await redis.client.config('SET', 'maxmemory', '512mb');
    expect(await until('its limit', () => of('limit'))).toBe(512 * 1_024 * 1_024);
  });
});
