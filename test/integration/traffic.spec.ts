import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PUMPING_RULES } from '../../src/guard/policy.js';
import { ClockedRedis } from '../support/clocked-redis.js';
import { GUARD_SCRIPTS } from '../support/guard.js';
import { TestRedis } from '../support/redis.js';
import { tally } from '../support/started.js';
import { DAYS_BEFORE, traffics } from '../traffic/generate.mjs';
import { Replay, type Fate, type Line } from '../traffic/replay.js';

const MINUTE = 60_000;
const MONITOR = { pumping: Object.fromEntries(PUMPING_RULES.map((rule) => [rule, 'monitor'])) } as const;

let redis: TestRedis;

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterAll(() => redis.stop());

const clocked = () => ClockedRedis.load(redis.client, GUARD_SCRIPTS);
const attacks = (fates: readonly Fate[]) => fates.filter(({ line }) => !line.honest);
const people = (fates: readonly Fate[]) => fates.filter(({ line }) => line.honest && line.t >= DAYS_BEFORE);
const sent = (fates: readonly Fate[]) => fates.filter((fate) => fate.sent);
const refused = (fates: readonly Fate[]) => fates.filter((fate) => !fate.sent);

describe('replayed traffic', () => {
  it('lets fewer than 50 messages of a pumping attack leave, and the blocks end by themselves', async () => {
    const replay = new Replay(await clocked(), 'pumping');
    const lines = traffics.pumping();
    const fates = await replay.run(lines);
    expect(attacks(fates)).toHaveLength(4_500);
    expect(sent(attacks(fates)).length).toBeLessThan(50);
    expect(refused(people(fates))).toEqual([]);

    // The second round of it has made blocks of an hour.
    const last = attacks(fates).at(-1)!.line;
    const stranger: Line = { ...last, to: '+994502223344', honest: true };
    const [early] = await replay.run([{ ...stranger, t: last.t + 50 * MINUTE }]);
    expect(early).toMatchObject({ sent: false, rule: 'pumping_country' });
    const [later] = await replay.run([{ ...stranger, t: last.t + 61 * MINUTE }]);
    expect(later).toMatchObject({ sent: true });
    expect(await replay.blocks()).toEqual([]);
  });

  it('refuses nobody on the day of a launch', async () => {
    const fates = await new Replay(await clocked(), 'launch').run(traffics.launch());
    expect(people(fates).length).toBeGreaterThan(3_500);
    expect(refused(fates)).toEqual([]);
  });

  it('stops an attack of one send a minute before any prefix has had 30 messages', async () => {
    const fates = await new Replay(await clocked(), 'slow').run(traffics.slow());
    const prefixes = tally(sent(attacks(fates)).map(({ line }) => line.to.slice(0, -4)));
    expect(Object.keys(prefixes).length).toBeGreaterThan(2);
    expect(Math.max(...Object.values(prefixes))).toBeLessThan(30);
    // Where most people are honest, it is the prefix that is blocked.
    expect(tally(refused(attacks(fates)).map(({ rule = '' }) => rule)).pumping_prefix).toBeGreaterThan(2_000);
  });

  it('refuses 99 % of the attacks among people, and not one in a thousand people; a monitor says the same', async () => {
    const lines = traffics.mixed();
    const enforced = await new Replay(await clocked(), 'mixed').run(lines);
    const monitored = await new Replay(await clocked(), 'watched', MONITOR).run(lines);

    expect(refused(attacks(enforced)).length / attacks(enforced).length).toBeGreaterThan(0.99);
    expect(refused(people(enforced)).length / people(enforced).length).toBeLessThanOrEqual(0.001);

    expect(refused(monitored)).toEqual([]);
    expect(monitored.map(({ rule }) => rule)).toEqual(enforced.map(({ rule }) => rule));
  });
});
