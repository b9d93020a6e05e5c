import { describe, expect, it } from '@jest/globals';
import { reconnectAfter, Throttle } from './back-off.js';

describe('reconnectAfter', () => {
  it('doubles from a second to half a minute, and spreads over the upper half', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => reconnectAfter('again', failures, 1));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(reconnectAfter('again', 3, 0)).toBe(2_000);
    expect(reconnectAfter('again', 3, 0.5)).toBe(3_000);
  });

  it('is short for what had worked, and long for what only an operator can correct', () => {
    expect(reconnectAfter('at_once', 1, 1)).toBe(250);
    expect(reconnectAfter('at_once', 1, 0)).toBe(0);
    const waits = [1, 2, 3, 5, 6, 99].map((failures) => reconnectAfter('refused', failures, 1));
    expect(waits).toEqual([10_000, 20_000, 40_000, 160_000, 300_000, 300_000]);
    expect(reconnectAfter('refused', 1, 0)).toBe(5_000);
  });
});

describe('Throttle', () => {
  it('pauses twice as long each time, from a tenth of a second to five', () => {
    const throttle = new Throttle();
    const pauses = Array.from({ length: 8 }, () => throttle.heed(true, throttle.mark, 1));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(new Throttle().heed(true, 0, 0)).toBe(50);
  });

  it('begins anew after a message was taken', () => {
    const throttle = new Throttle();
    throttle.heed(true, throttle.mark, 1);
    expect(throttle.heed(false, throttle.mark, 1)).toBeUndefined();
    expect(throttle.heed(true, throttle.mark, 1)).toBe(100);
  });

  it('counts a window of refusals once, and takes none of its late successes for relief', () => {
    const throttle = new Throttle();
    const { mark } = throttle;
    const burst = [true, true, false, true].map((throttled) => throttle.heed(throttled, mark, 1));
    expect(burst).toEqual([100, undefined, undefined, undefined]);
    expect(throttle.heed(true, throttle.mark, 1)).toBe(200);
  });
});
