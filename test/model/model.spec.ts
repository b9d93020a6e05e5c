import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestRedis } from '../support/redis.js';
import { explore } from './explore.js';
import { MUTATIONS } from './mutations.js';

const { PASSLANE_MODEL_SEED, PASSLANE_MODEL_HISTORIES } = process.env;
const FIRST = Number(PASSLANE_MODEL_SEED ?? 1);
const HISTORIES = Number(PASSLANE_MODEL_HISTORIES ?? (PASSLANE_MODEL_SEED === undefined ? 10_000 : 1));
const MINUTE = 60_000;

/**
 * Thousands of random histories (design §7, P1 to P5 and P8). `PASSLANE_MODEL_HISTORIES=200000` is the long form;
 * `PASSLANE_MODEL_SEED=<seed>` tells one history again, or is the first of many.
 */
describe('random histories against the real scripts', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.stop());

  it(
    'keep every promise',
    async () => {
      const found = await explore(redis.socket, FIRST, HISTORIES);
      expect(found?.report).toBeUndefined();
    },
    Math.max(10 * MINUTE, HISTORIES * 50),
  );

  describe('notice within 1 000 histories when a script is without', () => {
    it.each(MUTATIONS)(
      '$without',
      async (mutation) => {
        const found = await explore(redis.socket, 1, 1_000, mutation);
        expect(found?.report).toMatch(/Violation|ReplyError/);
      },
      5 * MINUTE,
    );
  });
});
