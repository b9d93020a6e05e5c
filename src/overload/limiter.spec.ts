import { describe, expect, it } from '@jest/globals';
import { percentile } from '../../test/support/percentile.js';
import { randomFrom } from '../../test/support/random.js';
import { SimulatedService, type Costs } from '../../test/support/simulated-service.js';
import { KINDS, Limiter, type Kind } from './limiter.js';

/** In ms: what was measured when this was made. */
const MEASURED = { refusal: 0.02, request: 0.07, delivery: 0.35 };

const never = () => 1;

const nothing = () => undefined;

describe('Limiter', () => {
  /** Lets in what there is room for, and has wait who may. @returns how many were let in, and how many wait */
  const fill = (limiter: Limiter, kind: Kind): [number, number] => {
    let [entered, letIn] = [0, 0];
    while (limiter.enter(kind, () => (letIn += 1))) entered += 1;
    return [letIn, entered - letIn];
  };
  const late = (limiter: Limiter, samples: number, ms = 80) => {
    for (let i = 0; i < samples; i++) limiter.observeLoop(ms);
  };

  it('keeps room for reads where starts have none left, and for checks where neither has', () => {
    const limiter = new Limiter(never);
    expect(KINDS.map((kind) => fill(limiter, kind))).toEqual([
      [32, 1_200],
      [20, 500],
      [12, 500],
    ]);
    expect(KINDS.map((kind) => limiter.hasRoom(kind))).toEqual([false, false, false]);
  });

  it('lets in who is most urgent, and of those who has waited longest, when another leaves', () => {
    const limiter = new Limiter(never);
    const leaves = Array.from({ length: 64 }, () => limiter.enter('check', nothing)!);
    const seen: string[] = [];
    for (const kind of KINDS) for (const n of [1, 2]) limiter.enter(kind, () => seen.push(`${kind} ${n}`));
    limiter.enter('check', () => seen.push('gone'))!();
    for (const leave of leaves) leave();
    expect(seen).toEqual(['check 1', 'check 2', 'read 1', 'read 2', 'start 1', 'start 2']);
  });

  it('works at more where somebody waits although the loop has time, and forgets it when nobody needs it any more', () => {
    const limiter = new Limiter(never);
    const leaves = Array.from({ length: 500 }, () => limiter.enter('check', nothing)!);
    late(limiter, 11, 1);
    expect(limiter.enter('start', nothing)).toBeDefined();
    expect(limiter.hasRoom('start')).toBe(true);
    for (const leave of leaves) leave();
    late(limiter, 15, 1);
    expect(fill(limiter, 'check')[0]).toBe(63);
  });

  it('works at as many as usual again within a second of being late, and never at fewer', () => {
    const limiter = new Limiter(never);
    let letIn = 0;
    const leaves = Array.from({ length: 500 }, () => limiter.enter('check', () => (letIn += 1))!);
    late(limiter, 6, 1);
    expect(letIn).toBeGreaterThan(200);
    late(limiter, 10);
    for (const leave of leaves.splice(0, letIn - 64)) leave();
    const before = letIn;
    late(limiter, 100);
    for (const leave of leaves.splice(0, 10)) leave();
    expect(letIn - before).toBe(10);
  });

  it('lets a burst wait, but not what never gets less, until nobody has to wait', () => {
    const limiter = new Limiter(never);
    const leaves: (() => void)[] = [];
    const enter = () => {
      const leave = limiter.enter('start', nothing);
      if (leave) leaves.push(leave);
      return leave !== undefined;
    };
    const sample = () => {
      late(limiter, 1, 6);
    };
    for (let i = 0; i < 500; i++) enter();
    for (let i = 0; i < 4; i++) sample();
    expect(enter()).toBe(false);
    for (const leave of leaves.splice(0, 450)) leave();
    expect(Array.from({ length: 40 }, enter).filter(Boolean)).toHaveLength(2);
    for (const leave of leaves.splice(0)) leave();
    for (let i = 0; i < 2; i++) sample();
    expect(Array.from({ length: 900 }, enter)).not.toContain(false);
  });

  it('takes a few who wait for no crowd: a process stood still', () => {
    const limiter = new Limiter(never);
    for (let i = 0; i < 120; i++) limiter.enter('start', nothing);
    late(limiter, 4, 90);
    expect(Array.from({ length: 900 }, () => limiter.enter('start', nothing))).not.toContain(undefined);
  });

  it('lets wait as long as the loop has time: another one is slow', () => {
    const limiter = new Limiter(never);
    for (let i = 0; i < 500; i++) limiter.enter('start', nothing);
    late(limiter, 4, 1);
    expect(limiter.hasRoom('start')).toBe(true);
    expect(fill(limiter, 'start')[1]).toBeGreaterThan(400);
  });

  it('has less room for starts while it works at deliveries, but not while these wait for a vendor', async () => {
    const limiter = new Limiter(never);
    const steps: (() => void)[] = [];
    const step = () => new Promise<void>((resolve) => steps.push(resolve));
    const delivery = limiter.deliver(async () => {
      await step();
      await limiter.whileWaiting('delivery', step);
      await step();
    });
    const leaves = Array.from({ length: 31 }, () => limiter.enter('start', nothing)!);
    for (const letIn of [false, true, false]) {
      await new Promise(setImmediate);
      let isIn = false;
      const leave = limiter.enter('start', () => (isIn = true));
      expect(isIn).toBe(letIn);
      leave!();
      steps.pop()!();
    }
    let last = false;
    limiter.enter('start', () => (last = true));
    await delivery;
    expect(last).toBe(true);
    expect(leaves).toHaveLength(31);
  });

  it('lets some starts in, however many deliveries it works at', () => {
    const limiter = new Limiter(never);
    for (let i = 0; i < 500; i++) limiter.count('delivery', 1);
    expect(KINDS.map((kind) => fill(limiter, kind)[0])).toEqual([4, 19, 41]);
  });

  it('works at others while requests wait for news', async () => {
    const limiter = new Limiter(never);
    const tell: (() => void)[] = [];
    const leaves = Array.from({ length: 100 }, () => {
      const leave = limiter.enter('read', nothing)!;
      void limiter.whileWaiting('request', () => new Promise<void>((resolve) => tell.push(resolve)));
      return leave;
    });
    let letIn = false;
    limiter.enter('start', () => (letIn = true))!();
    expect(letIn).toBe(true);
    for (const each of tell) each();
    await new Promise(setImmediate);
    for (const leave of leaves) leave();
    expect(fill(limiter, 'check')[0]).toBe(64);
  });

  it('refuses a growing share of starts, and nothing else, while the queue falls behind', () => {
    let chance = 0.3;
    const limiter = new Limiter(() => chance);
    const enters = (kind: Kind) => limiter.enter(kind, nothing) !== undefined;
    const behind = (samples: number) => {
      for (let i = 0; i < samples; i++) limiter.observeQueue(2_500);
    };
    behind(2);
    limiter.observeQueue(900);
    behind(2);
    expect(enters('start')).toBe(true);
    behind(4);
    expect(KINDS.map(enters)).toEqual([false, true, true]);
    behind(100);
    chance = 0.96;
    expect(enters('start')).toBe(true);
    chance = 0;
    for (let i = 0; i < 5; i++) limiter.observeQueue(0);
    expect(enters('start')).toBe(true);
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
