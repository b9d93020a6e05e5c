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
