import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Api } from '../support/api.js';
import { Platform } from '../support/platform-door.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, OTHER_KEY, READ_KEY, Service, TEST_KEY } from '../support/service.js';

const HOUR = 3_600_000;
const FAILURES = 15;
/** One number, as often as it can be written. */
const SPELLINGS = [
  { to: '+491701234567' },
  { to: '+49 170 1234567' },
  { to: '+49 (0)170-123.4567' },
  { to: '+49 00170 1234567' },
  { to: '0170 1234567', country: 'DE' },
  { to: '0049 170 1234567', country: 'DE' },
  { to: '+４９１７０１２３４５６７' },
];
const PROFILES = ['login', 'rotating', 'any'];
const SHOP_KEYS = [TEST_KEY, READ_KEY];
const CARELESS_KEY = OTHER_KEY;

let redis: TestRedis;
let service: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  const scopes = ['verifications', 'pii:read'];
  const key = (id: string, token: string, mode = 'test') => ({ id, token, mode, scopes });
  const keys = [...SHOP_KEYS.map((token, i) => key(`shop-${i}`, token)), key('shop-live', LIVE_KEY, 'live')];
  // Nothing bounds the sends: the guesser gets as many codes as one can ask for.
  const limits = { failures_per_number: `${FAILURES}/1h`, sends_per_number: 'off' };
  const channels = [{ channel: 'sms' }];
  const plans = [{}, { resend: 'rotate' }, { resend: 'any_live' }];
  const profiles = ['shop', 'careless'].flatMap((application) =>
    PROFILES.map((name, i) => [`${application}/${name}`, { channels, defaults: { max_checks: 10, ...plans[i] } }]),
  );
  service = await Service.start({
    redisUrl: redis.url,
    config: configuration(
      {},
      {
        applications: {
          shop: { keys, limits },
          careless: { keys: [key('careless', CARELESS_KEY)], limits: 'off' },
        },
        profiles: Object.fromEntries(profiles) as object,
        doors: { qikberry: true },
      },
    ),
  });
});

afterAll(async () => {
  await service.stop();
  await redis.stop();
});

/** As Redis has counted them, whatever was answered: a guess is counted before it is compared. */
async function compared(application: string): Promise<number> {
  const states = await Promise.all((await redis.client.keys('pl:{*}:v:*')).map((key) => redis.client.hgetall(key)));
  const own = states.filter(({ app }) => app === application);
  return own.reduce((sum, { made }) => sum + Number(made), 0);
}

/** Somebody without the code, with the keys of one application. */
class Guesser {
  private readonly apis: Api[];
  private readonly door: Platform;
  private calls = 0;

  constructor(keys: readonly string[]) {
    this.apis = keys.map((key) => service.as(key));
    this.door = new Platform(service.url, keys[0]);
  }

  /** Opens what can be opened for the number, guesses everywhere at once, and begins anew. */
  async attack(): Promise<void> {
    for (const renew of [() => this.restart(), (ids: string[]) => this.cancel(ids), () => Promise.resolve()]) {
      const ids = await this.open();
      await this.guess(ids);
      await renew(ids);
      await this.guess(ids);
    }
  }

  async start(body: object): Promise<Answer> {
    return this.api.post('/v1/verifications', { ...this.spelling, max_checks: 10, ...body });
  }

  private async open(): Promise<string[]> {
    const payments = [1, 2].map((amount) => ({ amount: `${amount}.00`, currency: 'EUR', payee: 'Shop' }));
    const answers = await Promise.all([
      ...PROFILES.map((profile) => this.start({ profile })),
      ...payments.map((transaction) => this.start({ profile: 'login', transaction })),
      this.start({ channels: [{ channel: 'sms' }] }),
      this.door.send('491701234567'),
    ]);
    return answers.flatMap(({ status, body: { id } }) => (status < 300 ? [id] : []));
  }

  /** Every id by the API and by the door, with what is no code of six digits. */
  private async guess(ids: readonly string[]): Promise<void> {
    const guesses = ids.flatMap((id) => Array.from({ length: 6 }, (_, i) => [id, `9000000${i}`] as const));
    await Promise.all(
      guesses.map(([id, code], i) => (i % 3 === 0 ? this.door.check(id, code) : this.api.check(id, code))),
    );
  }

  private async restart(): Promise<void> {
    await Promise.all(PROFILES.flatMap((profile) => [this.start({ profile }), this.start({ profile })]));
  }

  private async cancel(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.api.cancel(id)));
  }

  private get api(): Api {
    return this.apis[this.calls++ % this.apis.length]!;
  }

  private get spelling(): object {
    return SPELLINGS[this.calls % SPELLINGS.length]!;
  }
}

describe('a guesser who knows every trick', () => {
  it('gets more guesses than that where nothing limits them', async () => {
    await new Guesser([CARELESS_KEY]).attack();
    expect(await compared('careless')).toBeGreaterThan(3 * FAILURES);
  });

  it(`gets ${FAILURES} in an hour, and is told until when there are no more`, async () => {
    const guesser = new Guesser(SHOP_KEYS);
    await guesser.attack();
    expect(await compared('shop')).toBe(FAILURES);
    const [budget = '', ...others] = await redis.client.keys('pl:{*}:bf:*');
    expect(others).toEqual([]);
    for (const spelling of SPELLINGS) {
      const { status, body, headers } = await guesser.start({ profile: 'login', ...spelling });
      expect([status, body.code, body.limit]).toEqual([429, 'rate_limited', 'failures_per_number']);
      const seconds = Number(headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(HOUR / 1_000 - 120);
      expect(seconds).toBeLessThanOrEqual(HOUR / 1_000);
      expect(body.detail).toMatch(/^The limit failures_per_number .* until \d{4}-\d\d-\d\dT[\d:.]+Z\.$/);
    }

    // An hour later: the same again, and not one more.
    const times = (await redis.client.lrange(budget, 0, -1)).map((time) => Number(time) - HOUR);
    await redis.client
      .multi()
      .del(budget)
      .rpush(budget, ...times)
      .pexpire(budget, HOUR)
      .exec();
    await guesser.attack();
    expect(await compared('shop')).toBe(2 * FAILURES);
  });

  it('leaves other numbers, and the same number at another application, alone', async () => {
    const other = await service.as(TEST_KEY).start('+491701234568');
    expect(other).toMatchObject({ status: 201, body: { checks: { made: 0, left: 5 } } });
    expect((await service.as(CARELESS_KEY).start('+491701234567')).status).toBeLessThan(300);
  });
});
