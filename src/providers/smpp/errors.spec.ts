import { describe, expect, it } from '@jest/globals';
import type { FailureKind } from '../errors.js';
import { statusError } from './errors.js';

/** Every status of SMPP 3.4 §5.1.3, of the vendors that we know, and those of 5.0 that they use. */
const TABLE: readonly (readonly [status: number, kind: FailureKind])[] = [
  [0x01, 'bad_message'],
  [0x02, 'bad_message'],
  [0x03, 'bad_message'],
  [0x04, 'unreachable'],
  [0x05, 'unreachable'],
  [0x06, 'bad_message'],
  [0x07, 'bad_message'],
  [0x08, 'unreachable'],
  [0x0a, 'bad_message'],
  [0x0b, 'bad_recipient'],
  [0x0c, 'unknown'],
  [0x0d, 'misconfigured'],
  [0x0e, 'misconfigured'],
  [0x0f, 'misconfigured'],
  [0x11, 'unknown'],
  [0x13, 'unknown'],
  [0x14, 'throttled'],
  [0x15, 'misconfigured'],
  [0x33, 'bad_recipient'],
  [0x34, 'bad_recipient'],
  [0x40, 'bad_message'],
  [0x42, 'bad_message'],
  [0x43, 'bad_message'],
  [0x44, 'unknown'],
  [0x45, 'rejected'],
  // Type and plan of the sender follow from a step's `from`: one caller's must not make the account rest for all.
  [0x48, 'bad_message'],
  [0x49, 'bad_message'],
  [0x50, 'misconfigured'],
  [0x51, 'misconfigured'],
  [0x53, 'misconfigured'],
  [0x54, 'bad_message'],
  [0x55, 'bad_message'],
  [0x58, 'throttled'],
  [0x61, 'bad_message'],
  [0x62, 'bad_message'],
  [0x63, 'bad_message'],
  [0x64, 'unreachable'],
  [0x65, 'rejected'],
  [0x66, 'rejected'],
  [0x67, 'unknown'],
  [0xc0, 'misconfigured'],
  [0xc1, 'misconfigured'],
  [0xc2, 'misconfigured'],
  [0xc3, 'misconfigured'],
  [0xc4, 'misconfigured'],
  [0xfe, 'rejected'],
  [0xff, 'unknown'],
  [0x100, 'misconfigured'],
  [0x101, 'rejected'],
  [0x102, 'unreachable'],
  [0x103, 'misconfigured'],
  [0x104, 'bad_message'],
  [0x105, 'bad_message'],
  [0x106, 'bad_recipient'],
  [0x40b, 'quota'],
];

describe('statusError', () => {
  it.each(TABLE)('takes the status %i for %s', (status, kind) => {
    expect(statusError(status).kind).toBe(kind);
  });

  it('knows no kind of any other, and keeps its number', () => {
    const known = new Set(TABLE.map(([status]) => status));
    for (let status = 1; status < 0x1000; status++) {
      if (!known.has(status)) expect(statusError(status).kind).toBe('unknown');
    }
    expect(statusError(0x0b).code).toBe('smpp_0x0b');
    expect(statusError(0xffffffff)).toMatchObject({ kind: 'unknown', code: 'smpp_0xffffffff' });
  });
});
