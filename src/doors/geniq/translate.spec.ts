import { describe, expect, it } from '@jest/globals';
import { toAnswer, toStart, toTime } from './translate.js';

const FIELDS = { recipient: '6591234567', originator: 'Hello', template: 'Pin [CODE]', codeLength: 6, expiry: 30 };

describe('toStart', () => {
  it('is one SMS with the core’s names', () => {
    expect(toStart({ ...FIELDS, reference: 'order-42' })).toEqual({
      to: '+6591234567',
      channels: [{ channel: 'sms', from: 'Hello', template: 'Pin {{code}}' }],
      code_length: 6,
      ttl: 30,
      reference: 'order-42',
    });
    expect(toStart({ ...FIELDS, reference: '' }).reference).toBeUndefined();
  });

  it.each([
    ['6591234567', '+6591234567'],
    ['+6591234567', '+6591234567'],
    [' 6591234567', '+6591234567'],
    ['006591234567', '+6591234567'],
    ['065912345', '+065912345'],
  ])('takes %j for %s', (recipient, to) => {
    expect(toStart({ ...FIELDS, recipient }).to).toBe(to);
  });

  it('puts the code in every place that is kept for it', () => {
    const { channels } = toStart({ ...FIELDS, template: '[CODE] [CODE] [code]' });
    expect(channels?.[0]?.template).toBe('{{code}} {{code}} [code]');
  });
});

describe('toAnswer', () => {
  it.each([
    ['approved', 0, 200],
    ['incorrect', 22, 422],
    ['replaced', 22, 422],
    ['expired', 22, 422],
    ['already_approved', 21, 404],
    ['canceled', 21, 404],
    ['locked', 21, 404],
  ] as const)('answers %s with %i', (result, code, status) => {
    expect(toAnswer(result)).toEqual({ code, status });
  });
});

describe('toTime', () => {
  it('is RFC 3339 without fractions, and never later', () => {
    expect(toTime(Date.UTC(2026, 0, 5, 10, 0, 0, 999))).toBe('2026-01-05T10:00:00+00:00');
  });
});
