import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../config/config.js';
import { callOf } from './call.js';

const KEY = Buffer.alloc(32, 7);
const caller = { application: 'shop', mode: 'live' as const, scopes: new Set<Scope>(['verifications']) };
const BODY = { to: '+14155550100', channels: [{ channel: 'sms', wait: 30 }] };
const first = callOf(KEY, caller, '/v1/verifications', 'k1', BODY);

describe('a call', () => {
  it('is the same whatever the order of its fields', () => {
    const body = { channels: [{ wait: 30, channel: 'sms' }], to: '+14155550100' };
    expect(callOf(KEY, caller, '/v1/verifications', 'k1', body)).toEqual(first);
    expect(callOf(KEY, caller, '/a', 'k', undefined)).toEqual(callOf(KEY, caller, '/a', 'k', undefined));
  });

  it.each([
    ['another value', { ...BODY, to: '+14155550101' }],
    ['another order of a list', { ...BODY, channels: [...BODY.channels, { channel: 'voice' }] }],
    ['no field', {}],
    ['no body', undefined],
    ['another type', { ...BODY, to: 14155550100 }],
    ['null', { ...BODY, to: null }],
  ])('has the same name and another print with %s', (_, body) => {
    const { name, print } = callOf(KEY, caller, '/v1/verifications', 'k1', body);
    expect(name).toBe(first.name);
    expect(print).not.toBe(first.print);
  });

  it.each([
    ['another key', callOf(KEY, caller, '/v1/verifications', 'k2', BODY)],
    ['another address', callOf(KEY, caller, '/v1/profiles', 'k1', BODY)],
    ['another application', callOf(KEY, { ...caller, application: 'other' }, '/v1/verifications', 'k1', BODY)],
    ['another mode', callOf(KEY, { ...caller, mode: 'test' }, '/v1/verifications', 'k1', BODY)],
    [
      'a caller who may read more',
      callOf(
        KEY,
        { ...caller, scopes: new Set<Scope>(['verifications', 'pii:read']) },
        '/v1/verifications',
        'k1',
        BODY,
      ),
    ],
    ['another secret', callOf(Buffer.alloc(32, 8), caller, '/v1/verifications', 'k1', BODY)],
  ])('is another one with %s', (_, { name, print }) => {
    expect(name).not.toBe(first.name);
    expect(print).not.toBe(first.print);
  });

  it('cannot be confused by moving text from one part to another', () => {
    expect(callOf(KEY, caller, '/a', '","b', undefined).name).not.toBe(
      callOf(KEY, caller, '/a","', 'b', undefined).name,
    );
  });

  it.each([['', 'x'.repeat(256), 'a\tb', 'ключ', 'a\u007f', ['a', 'b']]].flat())('has no key like %j', (key) => {
    expect(() => callOf(KEY, caller, '/a', key, undefined)).toThrow(/idempotency-key/);
  });

  it.each(['x', ' ', '~'.repeat(255), 'a-B_c.9'])('may have the key %j', (key) => {
    expect(callOf(KEY, caller, '/a', key, undefined).name).toMatch(/^[\w-]{22}$/);
  });
});
