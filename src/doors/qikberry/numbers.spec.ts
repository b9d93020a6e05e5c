import { describe, expect, it } from '@jest/globals';
import { internationalForm, withoutPlus } from './numbers.js';

describe('internationalForm', () => {
  it.each([
    ['447700900123', '+447700900123'],
    ['00447700900123', '+447700900123'],
    ['44 (7700) 900-123', '+447700900123'],
    ['+447700900123', '+447700900123'],
  ])('reads %s, with and without a country', (to, address) => {
    expect(internationalForm(to, undefined)).toBe(address);
    expect(internationalForm(to, 'DE')).toBe(address);
  });

  it.each(['07700900123', '7700900123'])('leaves %s to the country', (to) => {
    expect(internationalForm(to, 'GB')).toBe(to);
  });

  it.each([
    ['15112345678', 'DE'],
    ['13812345678', 'CN'],
    ['9175551234', 'US'],
    ['612345678', 'FR'],
  ])('leaves %s to %s: it is nobody’s abroad', (to, country) => {
    expect(internationalForm(to, country)).toBe(to);
  });

  it.each([
    ['4915123456789', 'GB'],
    ['12025550123', 'DE'],
    ['491701234567', 'DE'],
    ['14155550100', 'US'],
  ])('reads %s as international where %s has no other number with these digits', (to, country) => {
    expect(internationalForm(to, country)).toBe(`+${to}`);
  });

  it.each(['17012345678', '447911123456'])('asks whose %s is, of DE or of another country', (to) => {
    expect(() => internationalForm(to, 'DE')).toThrow(/^to: may be a number of DE and one of another country/);
    expect(internationalForm(`+${to}`, 'DE')).toBe(`+${to}`);
    expect(internationalForm(`00${to}`, 'DE')).toBe(`+${to}`);
  });

  it.each(['abc', '', '+', '0', '12ab', 'a@example.com'])('leaves %p as it is', (to) => {
    expect(internationalForm(to, undefined)).toBe(to);
  });

  it('guesses no country', () => {
    expect(internationalForm('7700900123', undefined)).toBe('+7700900123');
  });
});

describe('withoutPlus', () => {
  it.each([
    ['+447700900123', '447700900123'],
    ['+44*******23', '44*******23'],
    ['a+b@example.com', 'a+b@example.com'],
  ])('writes %s as %s', (address, written) => {
    expect(withoutPlus(address)).toBe(written);
  });
});
