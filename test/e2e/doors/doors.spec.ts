import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OpenDoors } from '../../support/platform-door.js';
import { LIVE_KEY } from '../../support/service.js';

let doors: OpenDoors;

beforeAll(async () => {
  doors = await OpenDoors.start({ doors: { bics: true } });
});

afterAll(() => doors.stop());

const ask = (path: string): Promise<Response> =>
  fetch(doors.service.url + path, { headers: { authorization: `Bearer ${LIVE_KEY}` } });

describe('doors', () => {
  it('are open when the configuration says so', async () => {
    expect((await ask('/bics/api/v2/auth/me')).status).toBe(200);
  });

  it('have no route while they are closed, and no error of their own', async () => {
    const closed = await ask('/qikberry/api/v2/auth/me');
    expect([closed.status, closed.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('application/problem+json') as unknown,
    ]);
    expect((await ask('/bics/api/v2/verify/profiles')).status).toBe(404);
  });

  it('are documented while they are open', async () => {
    const { paths } = (await (await ask('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const prefixes = new Set(Object.keys(paths).map((path) => path.split('/')[1]));
    expect([prefixes.has('bics'), prefixes.has('qikberry'), prefixes.has('geniq')]).toEqual([true, false, false]);
    const operations = Object.values(paths).flatMap((verbs) =>
      Object.values(verbs).map(({ operationId }) => operationId),
    );
    expect(new Set(operations).size).toBe(operations.length);
  });
});
