import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GuardSettings, LimitRule } from '../../src/guard/policy.js';
import { Problem } from '../../src/shared/problem.js';
import { outboxKey } from '../../src/store/keys.js';
import { ClockedRedis } from '../support/clocked-redis.js';
import { GUARD_SCRIPTS, GuardBench, known } from '../support/guard.js';
import { TestRedis } from '../support/redis.js';
import { tally } from '../support/started.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OFF = {
  pumping_prefix: 'off',
  pumping_country: 'off',
  unverified_share: 'off',
  countries_per_ip: 'off',
} as const;

let redis: TestRedis;
let clock: ClockedRedis;
let benches = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  clock = await ClockedRedis.load(redis.client, GUARD_SCRIPTS);
});

afterAll(() => redis.stop());

const bench = (settings: GuardSettings = {}) => new GuardBench(clock.client, `app-${++benches}`, settings);
const limited = (...limits: Partial<LimitRule>[]): GuardSettings => ({
  pumping: OFF,
  limits: limits.map((limit, i) => ({
    id: String(i),
    name: `limit-${i}`,
    key: 'application',
    limits: [{ count: 2, seconds: 10 }],
    mode: 'enforce',
    ...limit,
  })),
});
/** Numbers of one prefix that nobody knows. */
const stranger = (i: number): string => `+9945022${String(30_000 + i)}`;
const refusalOf = (answer: unknown) =>
  answer instanceof Problem ? { status: answer.status, ...answer.extra } : 'sent';

describe('limits', () => {
  it('have room again exactly when the oldest send is a window old', async () => {
    const { ask } = bound(
      bench(
        limited({
          limits: [
            { count: 2, seconds: 10 },
            { count: 3, seconds: 3_600 },
          ],
        }),
      ),
    );
    expect(await ask()).toBe('sent');
    clock.now += 4 * SECOND;
    expect(await ask()).toBe('sent');
    expect(await ask()).toEqual({ status: 429, limit: 'limit-0', retryAfter: 6 });
    clock.now += 6 * SECOND - 1;
    expect(await ask()).toMatchObject({ status: 429, retryAfter: 1 });
    clock.now += 1;
    expect(await ask()).toBe('sent');
    clock.now += 10 * SECOND;
    expect(await ask()).toEqual({ status: 429, limit: 'limit-0', retryAfter: 3_580 });
  });

  it.each<
    [LimitRule['key'], Partial<Parameters<GuardBench['ask']>[1]>, string, Partial<Parameters<GuardBench['ask']>[1]>]
  >([
    ['client_ip', { clientIp: '192.0.2.1' }, known(1), { clientIp: '192.0.2.2' }],
    ['client_ip', { clientIp: '2001:db8:1:2::1' }, known(1), { clientIp: '2001:db8:1:3::1' }],
    ['prefix', {}, known(2), {}],
    ['country', {}, '+4915112345678', {}],
  ])('by %s leave others alone', async (key, same, otherNumber, other) => {
    const { ask } = bound(bench(limited({ key })));
    await ask(same);
    await ask(same);
    expect(await ask(same)).toMatchObject({ status: 429, limit: 'limit-0' });
    expect(await ask(other, otherNumber)).toBe('sent');
  });

  it('count one line of IPv6 as one visitor, however it is written', async () => {
    const { ask } = bound(bench(limited({ key: 'client_ip' })));
    await ask({ clientIp: '2001:db8:1:2::1' });
    await ask({ clientIp: '2001:0DB8:1:2:ffff::' });
    expect(await ask({ clientIp: '2001:db8:1:2::abcd' })).toMatchObject({ status: 429 });
    expect(await ask()).toBe('sent');
  });

  it('let exactly as many of parallel sends pass as they allow', async () => {
    const one = bench(limited({ limits: [{ count: 7, seconds: 60 }] }));
    const answers = await Promise.all(Array.from({ length: 200 }, () => one.ask(known(1))));
    expect(tally(answers.map((answer) => (answer instanceof Problem ? answer.status : 'sent')))).toEqual({
      sent: 7,
      429: 193,
    });
  });

  it('take keys of the caller, with limits of their own or with those of a rule', async () => {
    const one = bench(limited({ key: 'limit_key', limitKey: 'user', name: 'per-user' }));
    const ask = async (value: string, name = 'session', limits: string[] | undefined = ['1/10s', '2/1h']) =>
      refusalOf(await one.ask(known(1), { limitKeys: [{ name, value, limits }] }));
    expect(await ask('abc')).toBe('sent');
    expect(await ask('abc')).toEqual({ status: 429, limit: 'session', retryAfter: 10 });
    expect(await ask('other')).toBe('sent');
    clock.now += 10 * SECOND;
    expect(await ask('abc')).toBe('sent');
    clock.now += 10 * SECOND;
    expect(await ask('abc')).toMatchObject({ status: 429, limit: 'session', retryAfter: 3_580 });

    await one.ask(known(1), { limitKeys: [{ name: 'user', value: 'u' }] });
    await one.ask(known(1), { limitKeys: [{ name: 'user', value: 'u' }] });
    expect(refusalOf(await one.ask(known(1), { limitKeys: [{ name: 'user', value: 'u' }] }))).toMatchObject({
      limit: 'per-user',
    });
    expect(await ask('x', 'session', ['1/'])).toMatchObject({
      status: 422,
      errors: [{ field: 'limit_keys.0.limits' }],
    });
    const unknown = await one.ask(known(1), { limitKeys: [{ name: 'nobody', value: 'x' }] });
    expect(refusalOf(unknown)).toMatchObject({ status: 422, errors: [{ field: 'limit_keys.0.name' }] });
  });

  it('tell what they leave, and count a repeated call once', async () => {
    const one = bench(
      limited({
        name: 'all',
        limits: [
          { count: 2, seconds: 10 },
          { count: 9, seconds: 60 },
        ],
      }),
    );
    expect(await one.ask(known(1), { once: 'call-1' })).toMatchObject({ left: [{ name: 'all', left: 1, waitMs: 0 }] });
    expect(await one.ask(known(1), { once: 'call-1' })).not.toBeInstanceOf(Problem);
    clock.now += SECOND;
    expect(await one.ask(known(1))).toMatchObject({ left: [{ name: 'all', left: 0, waitMs: 9 * SECOND }] });
  });

  it('do not count what is refused elsewhere, or has not been sent after all', async () => {
    const one = bench(limited({ limits: [{ count: 1, seconds: 60 }] }, { limits: [{ count: 2, seconds: 60 }] }));
    const tooMany = new Problem(429, 'rate_limited', '', '', { limit: 'sends_per_number' });
    await expect(one.guard.sending(one.send(known(1)), () => Promise.reject(tooMany))).rejects.toBe(tooMany);
    await one.guard.sending(one.send(known(1)), () => Promise.resolve(undefined));
    expect(refusalOf(await one.ask(known(1)))).toBe('sent');
    expect(refusalOf(await one.ask(known(1)))).toMatchObject({ limit: 'limit-0' });
    clock.now += 60 * SECOND;
    expect(refusalOf(await one.ask(known(1)))).toBe('sent');
  });

  it('only tell, where they monitor, and leave nothing in clear that the caller gave', async () => {
    const one = bench(limited({ mode: 'monitor', key: 'client_ip' }));
    const from = { clientIp: '192.0.2.77' };
    await one.ask(known(1), from);
    await one.ask(known(1), from);
    expect(await one.ask(known(1), from)).toMatchObject({
      monitored: [{ rule: 'limit-0', mode: 'monitor', value: 2, threshold: 2 }],
    });
    expect((await one.metrics.guard.get()).values.map(({ labels }) => labels)).toEqual([
      { rule: 'limit-0', mode: 'monitor' },
    ]);
    const dump = JSON.stringify((await redis.dump()).filter(({ key }) => key.startsWith('pl:{g:')));
    expect(dump).not.toMatch(/192\.0\.2|415200/);
  });

  const bound = (one: GuardBench) => ({
    ask: async (more: Parameters<GuardBench['ask']>[1] = {}, to = known(1)) => refusalOf(await one.ask(to, more)),
  });
});

describe('rules against pumping', () => {
  it('only watch until an application has had a hundred approvals', async () => {
    const one = bench();
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await one.ask(stranger(i)));
    expect(answers.map(refusalOf)).toEqual(Array(12).fill('sent'));
    expect(answers.at(-1)).toMatchObject({ monitored: [{ rule: 'pumping_prefix', mode: 'monitor' }] });
  });

  it('block a prefix for half an hour, then for an hour, and so on to half a day', async () => {
    const one = await bench({ pumping: { ...OFF, pumping_prefix: 'enforce' } }).grownUp();
    const lengths = [];
    const leaks = [];
    for (let round = 0; round < 7; round++) {
      const { sent, problem } = await one.askUntilRefused(stranger);
      expect(refusalOf(problem)).toMatchObject({ status: 403, limit: 'pumping_prefix' });
      expect(problem.code).toBe('blocked');
      lengths.push((problem.extra.retryAfter ?? 0) / 1_800);
      leaks.push(sent);
      expect(refusalOf(await one.ask('+4915112345678'))).toBe('sent');
      clock.now += (problem.extra.retryAfter ?? 0) * SECOND;
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 24, 24]);
    expect(leaks).toEqual([8, 3, 3, 3, 3, 3, 3]);
    clock.now += 24 * HOUR;
    expect((await one.askUntilRefused(stranger)).sent).toBe(8);
  });

  it('let known prefixes pass where a country is filtered, and strangers when that ends', async () => {
    const one = await bench({ pumping: { ...OFF, pumping_country: 'enforce' } }).grownUp();
    const native = '+994502001111';
    await one.approve(await one.ask(native));
    const { problem } = await one.askUntilRefused((i) => `+99450${3_000_000 + i * 10_000}`);
    expect(refusalOf(problem)).toMatchObject({ status: 403, limit: 'pumping_country', retryAfter: 1_800 });
    expect(refusalOf(await one.ask(native))).toBe('sent');
    expect(refusalOf(await one.ask('+994504444444'))).toMatchObject({ status: 403 });
    clock.now += 30 * MINUTE;
    expect(refusalOf(await one.ask('+994504444444'))).toBe('sent');
  });

  it('take a block back when the sends that it came from are confirmed after all', async () => {
    const one = await bench({ pumping: { ...OFF, pumping_country: 'enforce' } }).grownUp();
    const admitted = [];
    for (let i = 0; i < 10; i++) admitted.push(await one.ask(`+99450${3_000_000 + i * 10_000}`));
    expect(refusalOf(await one.ask('+994504444444'))).toMatchObject({ status: 403 });
    await one.approve(...admitted.slice(0, 4));
    expect(refusalOf(await one.ask('+994504444444'))).toMatchObject({ status: 403 });
    await one.approve(...admitted.slice(4, 5));
    expect(refusalOf(await one.ask('+994504444444'))).toBe('sent');
  });

  it('block an address that sends to a fourth country within an hour', async () => {
    const one = await bench({ pumping: { ...OFF, countries_per_ip: 'enforce' } }).grownUp();
    const from = { clientIp: '198.51.100.7' };
    const abroad = ['+4915112345678', '+33612345678', '+447400123456', '+994502001111'];
    for (const to of abroad.slice(0, 3)) expect(refusalOf(await one.ask(to, from))).toBe('sent');
    expect(refusalOf(await one.ask(abroad[3]!, from))).toMatchObject({ status: 403, limit: 'countries_per_ip' });
    expect(refusalOf(await one.ask(abroad[0]!, from))).toMatchObject({ status: 403 });
    expect(refusalOf(await one.ask(abroad[3]!, { clientIp: '198.51.100.8' }))).toBe('sent');
    expect(await one.store.blocks(`app-${benches}`)).toMatchObject([{ kind: 'ip', subject: '198.51.*.*' }]);
  });

  it('filter all countries when too much of an application is unconfirmed', async () => {
    const one = await bench({ pumping: { ...OFF, unverified_share: 'enforce' } }).grownUp();
    const { problem } = await one.askUntilRefused((i) => `+99450${3_000_000 + i * 10_000}`);
    expect(refusalOf(problem)).toMatchObject({ status: 403, limit: 'unverified_share' });
    expect(refusalOf(await one.ask('+4915112345678'))).toMatchObject({ status: 403, limit: 'unverified_share' });
    expect(refusalOf(await one.ask(known(5)))).toBe('sent');
  });

  it('show blocks with their subject cut short, and lift them', async () => {
    const one = await bench({ pumping: { ...OFF, pumping_prefix: 'enforce' } }).grownUp();
    const application = `app-${benches}`;
    await one.askUntilRefused(stranger);
    const [block, ...others] = await one.store.blocks(application);
    expect(others).toEqual([]);
    expect(block).toMatchObject({
      rule: 'pumping_prefix',
      kind: 'prefix',
      subject: '+994502**',
      mode: 'enforce',
      value: 8,
    });
    expect(block!.until - block!.since).toBe(30 * MINUTE);
    expect(await one.store.lift('another', block!.id)).toBe(false);
    expect(await one.store.lift(application, block!.id)).toBe(true);
    expect(await one.store.lift(application, block!.id)).toBe(false);
    expect(await one.store.blocks(application)).toEqual([]);
    // It is forgotten: the next one is a first one again.
    expect((await one.askUntilRefused(stranger)).problem.extra.retryAfter).toBe(1_800);
  });

  it('leave test keys and those on an allow list alone', async () => {
    const trusted = { id: 'e', action: 'allow', kind: 'prefix', value: '+994502' } as const;
    const one = await bench({ entries: [trusted] }).grownUp();
    const numbers = Array.from({ length: 30 }, (_, i) => stranger(i));
    for (const to of numbers) expect(refusalOf(await one.ask(to))).toBe('sent');
    const other = await bench().grownUp();
    for (const to of numbers) expect(refusalOf(await other.ask(to, { mode: 'test' }))).toBe('sent');
  });

  it('tell of a refusal, with the rule and without the number', async () => {
    const one = await bench({ countries: { all: { AZ: 'block' }, channels: {} } }).grownUp();
    const send = one.send('+994502001111', { profile: 'login' });
    await expect(one.guard.admit(send)).rejects.toMatchObject({ status: 403, extra: { limit: 'country' } });
    const [entry] = await redis.client.xrevrange(outboxKey(send.ref.shard), '+', '-', 'COUNT', 1);
    const told = JSON.stringify(entry);
    for (const part of ['blocked', send.id, 'country', 'login', '+99********11']) expect(told).toContain(part);
    expect(told).not.toContain('94502001');
  });

  it('leave nothing in Redis that does not go by itself', async () => {
    const own = (await redis.dump()).filter(({ key }) => key.startsWith('pl:{g:'));
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter(({ ttl }) => ttl < 0)).toEqual([]);
  });
});
