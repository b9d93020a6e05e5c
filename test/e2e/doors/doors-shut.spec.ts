import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestRedis } from '../../support/redis.js';
import { configuration, LIVE_KEY, Service } from '../../support/service.js';

const ROUTES = [
  ['GET', '/qikberry/api/v2/auth/me'],
  ['GET', '/bics/api/v2/auth/me'],
  ['POST', '/geniq/rest/v1/token'],
] as const;

let redis: TestRedis;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  const doors = { qikberry: false, geniq: false };
  service = await Service.start({ redisUrl: redis.url, config: configuration({}, { doors }) });
});

afterAll(async () => {
  await service.stop();
  await redis.stop();
});

describe('a door that is turned off, or was never opened', () => {
  it('has no route, and answers like any address that is none', async () => {
    for (const [method, path] of ROUTES) {
      const { status, body } = await service.as(LIVE_KEY).request(method, path);
      expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
    }
  });

  it('is not in the documentation', async () => {
    const document = await (await fetch(`${service.url}/openapi.json`)).text();
    expect(document).toContain('"/v1/verifications"');
    expect(document).not.toMatch(/"\/(qikberry|bics|geniq)\//);
  });
});
