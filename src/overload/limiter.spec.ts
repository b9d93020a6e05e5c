import { describe, expect, it } from '@jest/globals';
import { percentile } from '../../test/support/percentile.js';
import { randomFrom } from '../../test/support/random.js';
import { SimulatedService, type Costs } from '../../test/support/simulated-service.js';
import { KINDS, Limiter, type Kind } from './limiter.js';

/** In ms: what was measured when this was made. */
const MEASURED = { refusal: 0.02, request: 0.07, delivery: 0.35 };

const never = () => 1;

describe('Limiter', () => {
  /** How many of a kind are let in when nobody leaves. */
  const room = (limiter: Limiter, kind: Kind): number => {
    let count = 0;
    while (limiter.admit(kind)) count += 1;
    return count;
  };
  /** The same for starts, and leaves it as it was. */
  const roomNow = (limiter: Limiter): number => {
    const count = room(limiter, 'start');
    for (let i = 0; i < count; i++) limiter.release();
    return count;
  };
  const late = (limiter: Limiter, samples: number, ms = 80) => {
    for (let i = 0; i < samples; i++) limiter.observeLoop(ms);
  };

  it('keeps room for reads where starts have none left, and for checks where neither has', () => {
    const limiter = new Limiter(never);
    expect(KINDS.map((kind) => room(limiter, kind))).toEqual([2_000, 1_200, 800]);
    limiter.release();
    expect(KINDS.map((kind) => room(limiter, kind))).toEqual([0, 0, 1]);
  });

  it('lets fewer in once the loop is late for longer than a burst takes, and never too few', () => {
    const limiter = new Limiter(never);
    late(limiter, 2);
    late(limiter, 1, 0);
    late(limiter, 2);
    expect(limiter.limiting).toBe(false);
    late(limiter, 100);
    expect(limiter.limiting).toBe(true);
    expect(KINDS.map((kind) => room(limiter, kind))).toEqual([30, 18, 152]);
  });

  it('has less room for starts while it works at deliveries, but not while these wait for a vendor', async () => {
    const limiter = new Limiter(never);
    const steps: (() => void)[] = [];
    const step = () => new Promise<void>((resolve) => steps.push(resolve));
    const delivery = limiter.deliver(async () => {
      await step();
      await limiter.waitForVendor(step);
      await step();
    });
    for (const left of [1_999, 2_000, 1_999]) {
      await new Promise(setImmediate);
      expect(roomNow(limiter)).toBe(left);
      steps.pop()!();
    }
    await delivery;
    expect(roomNow(limiter)).toBe(2_000);
  });

  it('begins with less than was under way, at the worst of the time since', () => {
    const limiter = new Limiter(never);
    for (let i = 0; i < 1_000; i++) limiter.admit('check');
    late(limiter, 2);
    for (let i = 0; i < 1_000; i++) limiter.release();
    late(limiter, 1);
    expect(room(limiter, 'check')).toBe(800);
  });

  it('forgets within two seconds', () => {
    const limiter = new Limiter(never);
    late(limiter, 100);
    late(limiter, 20, 1);
    expect(limiter.limiting).toBe(false);
  });

  it('refuses a growing share of starts, and nothing else, while the queue falls behind', () => {
    let chance = 0.3;
    const limiter = new Limiter(() => chance);
    const behind = (samples: number) => {
      for (let i = 0; i < samples; i++) limiter.observeQueue(2_500);
    };
    behind(2);
    limiter.observeQueue(900);
    behind(2);
    expect(limiter.limiting).toBe(false);
    behind(4);
    expect(KINDS.map((kind) => limiter.admit(kind))).toEqual([false, true, true]);
    behind(100);
    chance = 0.96;
    expect(limiter.admit('start')).toBe(true);
    for (let i = 0; i < 5; i++) limiter.observeQueue(0);
    expect(limiter.limiting).toBe(false);
  });
});

describe('a service in simulated time', () => {
  const run = (costs: Costs = MEASURED) => new SimulatedService(new Limiter(randomFrom(7)), costs);

  it('refuses nothing below its capacity', () => {
    const service = run();
    service.run(service.capacity * 0.9, 10);
    expect(service.refused).toEqual([]);
  });

  it('serves a burst of a thousand starts whole', () => {
    const service = run();
    service.run(20_000, 0.05);
    service.run(10, 3);
    expect(service.answered.length).toBeGreaterThan(2_990);
    expect(service.refused).toEqual([]);
  });

  it('at five times its capacity still does four fifths, refuses at once, keeps checks, and is well after two seconds', () => {
    const service = run();
    service.run(service.capacity * 0.5, 3);
    const from = service.now;
    service.run(service.capacity * 5, 30);
    const end = service.now;
    service.run(service.capacity * 0.5, 5);

    const of = <T extends { at: number; ms: number }>(all: readonly T[]) =>
      all.filter(({ at, ms }) => at + ms > from && at + ms <= end);
    const checks = of(service.answered).filter(({ kind }) => kind === 'check').length;
    const refused = of(service.refused);
    expect(checks / (((end - from) / 1_000) * service.capacity)).toBeGreaterThan(0.8);
    expect(refused.filter(({ kind }) => kind === 'check').length).toBeLessThan(checks / 100);
    expect(
      percentile(
        refused.map(({ ms }) => ms),
        0.99,
      ),
    ).toBeLessThan(50);
    expect(service.refused.at(-1)!.at - end).toBeLessThan(2_000);
  });

  it('does what it can where everything takes ten times as long', () => {
    const service = run({ refusal: 0.2, request: 0.7, delivery: 3.5 });
    service.run(service.capacity * 5, 30);
    const checks = service.answered.filter(({ kind }) => kind === 'check').length;
    expect(checks / ((service.now / 1_000) * service.capacity)).toBeGreaterThan(0.75);
  });
});
