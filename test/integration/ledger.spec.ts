import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LedgerStore, type Ceiling, type Purchase } from '../../src/store/ledger.store.js';
import { TestRedis } from '../support/redis.js';
import { ScriptClock } from '../support/script-clock.js';

const HOUR = 3_600_000;
const PRICE = 45_000;

let redis: TestRedis;
let clock: ScriptClock;
let ledger: LedgerStore;
let application: string;

beforeAll(async () => {
  redis = await TestRedis.start();
});

beforeEach(() => {
  clock = new ScriptClock(redis.client, ['charge', 'refund', 'spent']);
  ledger = new LedgerStore(clock.redis);
  application = randomUUID();
});

afterAll(() => redis.stop());

const buys = (ceilings: Partial<Record<Ceiling, number>>, more: Partial<Purchase> = {}): Purchase => ({
  application,
  country: 'DE',
  amount: PRICE,
  ceilings: {
    spend_per_hour: undefined,
    spend_per_day: undefined,
    country_spend_per_hour: undefined,
    country_spend_per_day: undefined,
    ...ceilings,
  },
  ...more,
});

/** True when it was charged. */
const charge = async (purchase: Purchase, attempt = `${randomUUID()}-1`) =>
  (await ledger.charge(purchase, attempt)) === undefined;

const total = async () => (await ledger.spent(application)).hour.total;
const keys = () => redis.client.keys(`pl:{g:${application}}:*`);

describe('a charge', () => {
  it.each<Ceiling>(['spend_per_hour', 'spend_per_day', 'country_spend_per_hour', 'country_spend_per_day'])(
    'never goes over %s, however many come at a time',
    async (limit) => {
      const purchase = buys({ [limit]: 10 * PRICE + 1 });
      const charged = await Promise.all(Array.from({ length: 100 }, () => charge(purchase)));
      expect(charged.filter(Boolean)).toHaveLength(10);
      expect(await total()).toBe(10 * PRICE);
      expect(await ledger.charge(purchase, 'one-more')).toMatchObject({ limit });
    },
  );

  it('is made in all sums or in none', async () => {
    await charge(buys({}));
    expect(await charge(buys({ spend_per_hour: 9 * PRICE, country_spend_per_day: PRICE }))).toBe(false);
    const { hour, day } = await ledger.spent(application);
    for (const sums of [hour, day]) expect(sums).toMatchObject({ total: PRICE, countries: { DE: PRICE } });
    expect(await charge(buys({ country_spend_per_day: PRICE }, { country: 'FR' }))).toBe(true);
  });

  it('may spend a ceiling to the last millionth', async () => {
    expect(await charge(buys({ spend_per_hour: PRICE }))).toBe(true);
    expect(await charge(buys({ spend_per_hour: PRICE }, { amount: 1 }))).toBe(false);
  });

  it('of sums that a float could not hold is exact', async () => {
    const amount = 999_999_999_999_999;
    await charge(buys({}, { amount }));
    await charge(buys({}, { amount: 1 }));
    expect(await total()).toBe(1_000_000_000_000_000);
  });

  it('is made once for an attempt, however often it is repeated', async () => {
    const charged = await Promise.all(Array.from({ length: 20 }, () => charge(buys({ spend_per_day: PRICE }), 'v-1')));
    expect(charged.every(Boolean)).toBe(true);
    expect(await total()).toBe(PRICE);
  });

  it('leaves nothing that stays for ever, and nothing of another application', async () => {
    await charge(buys({}));
    const found = await keys();
    expect(found).toHaveLength(3);
    for (const key of found) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
    const other = { ...buys({ spend_per_day: PRICE }), application: randomUUID() };
    expect(await charge(other)).toBe(true);
  });
});

describe('windows', () => {
  it('are the hours and days of UTC; the ceiling that stays shut longest is the one that is named', async () => {
    const purchase = buys({ spend_per_hour: 2 * PRICE, spend_per_day: 3 * PRICE });
    clock.now += 10 * 60_000;
    for (const charged of [true, true, false]) expect(await charge(purchase)).toBe(charged);
    expect(await ledger.look(purchase)).toEqual({ limit: 'spend_per_hour', retryAfterMs: 50 * 60_000 });
    clock.now += 50 * 60_000 - 1;
    expect(await ledger.look(purchase)).toEqual({ limit: 'spend_per_hour', retryAfterMs: 1 });
    clock.now += 1;
    for (const charged of [true, false]) expect(await charge(purchase)).toBe(charged);
    // 13:00; the day ends at 24:00.
    expect(await ledger.look({ ...purchase, amount: 3 * PRICE })).toEqual({
      limit: 'spend_per_day',
      retryAfterMs: 11 * HOUR,
    });
    clock.now += 11 * HOUR;
    expect(await ledger.look(purchase)).toBeUndefined();
    expect(await ledger.spent(application)).toMatchObject({
      hour: { total: 0, countries: {}, endsAt: clock.now + HOUR },
      day: { total: 0, countries: {}, endsAt: clock.now + 24 * HOUR },
    });
  });
});

describe('a look', () => {
  it('answers as a charge would, and changes nothing', async () => {
    expect(await ledger.look(buys({ spend_per_day: PRICE }))).toBeUndefined();
    expect(await ledger.look(buys({ spend_per_day: PRICE - 1 }))).toMatchObject({ limit: 'spend_per_day' });
    expect(await keys()).toEqual([]);
  });
});

describe('a refund', () => {
  it('gives back what was charged, once', async () => {
    await charge(buys({}), 'v-1');
    await charge(buys({}), 'v-2');
    await Promise.all(Array.from({ length: 10 }, () => ledger.refund(application, 'v-1')));
    expect(await ledger.spent(application)).toMatchObject({
      hour: { total: PRICE, countries: { DE: PRICE } },
      day: { total: PRICE, countries: { DE: PRICE } },
    });
    await ledger.refund(application, 'v-unknown');
    expect(await total()).toBe(PRICE);
  });

  it('of the hour before does not open the one that is now', async () => {
    await charge(buys({}), 'v-1');
    clock.now += HOUR;
    await charge(buys({}), 'v-2');
    await ledger.refund(application, 'v-1');
    expect(await ledger.spent(application)).toMatchObject({ hour: { total: PRICE }, day: { total: PRICE } });
  });

  it('does not give back what a second try may be sending', async () => {
    const purchase = buys({ spend_per_day: PRICE });
    await charge(purchase, 'v-1');
    // The first worker hangs; another one has the attempt now, charged as it is.
    expect(await charge(purchase, 'v-1')).toBe(true);
    await ledger.refund(application, 'v-1');
    expect(await total()).toBe(PRICE);
  });

  it('leaves a window alone that was deleted to lift a ceiling', async () => {
    await charge(buys({}), 'v-1');
    const windows = (await keys()).filter((key) => key.includes(':spent:'));
    expect(await redis.client.del(...windows)).toBe(2);
    await ledger.refund(application, 'v-1');
    expect(await keys()).toEqual([]);
  });
});
