import { beforeEach, describe, expect, it } from '@jest/globals';
import { KeyFailures } from './key-failures.js';

const IP = '192.0.2.1';
const NOW = 1_800_000_000_000;

describe('KeyFailures', () => {
  let failures: KeyFailures;
  beforeEach(() => {
    failures = new KeyFailures();
  });

  const fail = (times: number, now = NOW, ip = IP) => Array.from({ length: times }, () => failures.failure(ip, now));

  it('refuses the one after the twentieth, until the minute is over', () => {
    expect(fail(20).filter(Boolean)).toEqual([]);
    expect(failures.refusal(IP, 'a', NOW + 59_001)).toMatchObject({
      status: 429,
      code: 'rate_limited',
      extra: { limit: 'key_failures_per_ip', retryAfter: 1 },
    });
    expect(failures.failure(IP, NOW + 1)).toMatchObject({ status: 429 });
    expect(failures.refusal(IP, 'a', NOW + 60_000)).toBeUndefined();
    expect(fail(20, NOW + 60_000).filter(Boolean)).toEqual([]);
    expect(failures.refusal(IP, 'a', NOW + 60_001)).toBeDefined();
  });

  it('starts the minute with the first failure', () => {
    fail(19);
    fail(1, NOW + 59_999);
    expect(failures.refusal(IP, 'a', NOW + 59_999)).toBeDefined();
    expect(failures.refusal(IP, 'a', NOW + 60_000)).toBeUndefined();
  });

  it('lets a token pass that has worked from there, and only there', () => {
    failures.success(IP, 'good');
    fail(20);
    fail(20, NOW, '192.0.2.2');
    expect(failures.refusal(IP, 'good', NOW)).toBeUndefined();
    expect(failures.refusal(IP, 'other', NOW)).toBeDefined();
    expect(failures.refusal('192.0.2.2', 'good', NOW)).toBeDefined();
  });

  it('leaves other addresses alone', () => {
    fail(20);
    expect(failures.refusal('192.0.2.3', 'a', NOW)).toBeUndefined();
  });
});
