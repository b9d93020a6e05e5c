import { describe, expect, it } from '@jest/globals';
import { totp } from './totp.js';

/** RFC 6238, appendix B: time, then the eight digits under SHA-1, SHA-256 and SHA-512. */
const VECTORS = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const;

/** The appendix's seed, repeated to each hash's length. */
const seed = (bytes: number) => Buffer.from('1234567890'.repeat(7).slice(0, bytes));

describe('totp', () => {
  it.each(VECTORS)('gives the RFC 6238 vectors of second %i', (at, sha1, sha256, sha512) => {
    const code = (algorithm: 'sha1' | 'sha256' | 'sha512', bytes: number) =>
      totp({ secret: seed(bytes), at, step: 30, digits: 8, algorithm });
    expect(code('sha1', 20)).toBe(sha1);
    expect(code('sha256', 32)).toBe(sha256);
    expect(code('sha512', 64)).toBe(sha512);
  });

  it('gives the RFC 4226 vectors of the counters 0 to 9', () => {
    const codes = Array.from({ length: 10 }, (_, counter) =>
      totp({ secret: seed(20), at: counter * 30, step: 30, digits: 6, algorithm: 'sha1' }),
    );
    expect(codes).toEqual('755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' '));
  });

  it('uses SHA-256 unless told otherwise, and changes with the step and not within it', () => {
    const at = (second: number) => totp({ secret: seed(32), at: second, step: 300, digits: 6 });
    expect(totp({ secret: seed(32), at: 59, step: 30, digits: 8 })).toBe('46119246');
    expect(at(599)).toBe(at(300));
    expect(at(600)).not.toBe(at(599));
  });

  it.each([1, 30, 300, 3_600, 3_601, 86_400])('takes a step of %i s', (step) => {
    const at = (second: number) => totp({ secret: seed(32), at: second, step, digits: 8 });
    expect(at(10 * step)).toMatch(/^\d{8}$/);
    expect(at(11 * step - 1)).toBe(at(10 * step));
    expect(at(11 * step)).not.toBe(at(10 * step));
  });

  it.each([4, 5, 6, 7, 8])('keeps leading zeros: %i digits each time', (digits) => {
    const codes = Array.from({ length: 200 }, (_, i) => totp({ secret: seed(32), at: i, step: 1, digits }));
    expect(codes.filter((code) => !new RegExp(`^\\d{${digits}}$`).test(code))).toEqual([]);
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
  });
});
