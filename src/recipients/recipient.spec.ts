import { describe, expect, it } from '@jest/globals';
import { Problem } from '../shared/problem.js';
import { fromQuery, mask, parseRecipient } from './recipient.js';

/** What a refused address is answered with. */
function refusal(to: string, country?: string): unknown {
  try {
    return parseRecipient(to, country);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, field: error.extra.errors?.[0]?.field, message: error.extra.errors?.[0]?.message };
  }
}

describe('parseRecipient', () => {
  it('takes one number in whatever way it is written', () => {
    const written: [string, string?][] = [
      ['+491701234567'],
      ['+49 170 1234567'],
      ['+49 (0)170 123-45-67'],
      ['0170 1234567', 'DE'],
      ['(0170) 1234 567', 'DE'],
      ['0049 170/1234567', 'DE'],
      ['011 49 170 1234567', 'US'],
      ['+491701234567', 'FR'],
      ['+49.170.1234567'],
      ['+٤٩١٧٠١٢٣٤٥٦٧'],
      ['+４９１７０１２３４５６７'],
      ['0１７０\u00a0１２３４５６７', 'DE'],
      ['+49–170–1234567'],
      ['+49 0170 1234567'],
      // A trunk prefix too many: long enough for a number of this country, but nobody has it.
      ['+49 00170 1234567'],
      ['+49 (0)(0)(0)170 1234567'],
      ['0049 00170 1234567', 'DE'],
    ];
    for (const [to, country] of written) {
      expect(parseRecipient(to, country)).toEqual({
        kind: 'phone',
        address: '+491701234567',
        country: 'DE',
        type: 'MOBILE',
      });
    }
  });

  it.each([
    ['+44 (0)20 7946 0958', '+442079460958'],
    ['+57 0 321 1234567', '+573211234567'],
    ['+61 000 412 345 678', '+61412345678'],
    ['+81 00 90 1234 5678', '+819012345678'],
    ['+1 1 415 555 2671', '+14155552671'],
    // A zero that belongs to the number, of a line that exists and of one that may.
    ['+39 06 1234 5678', '+390612345678'],
    ['+39 0999 999 9999', '+3909999999999'],
    ['+225 07 12 34 56 78', '+2250712345678'],
  ])('has one form for %s', (to, address) => {
    expect(parseRecipient(to).address).toBe(address);
  });

  it.each([
    ['US', '(415) 555-2671', '+14155552671'],
    ['SG', '9123 4567', '+6591234567'],
    ['GB', '07400 123456', '+447400123456'],
    ['IT', '06 1234 5678', '+390612345678'],
    ['IN', '098123 45678', '+919812345678'],
  ])('takes a national number with its country: %s', (country, to, address) => {
    expect(parseRecipient(to, country)).toMatchObject({ kind: 'phone', address, country });
  });

  it.each([
    ['+14155550100 ext. 5', 'must not have an extension'],
    ['+14155550100x5', 'must not have an extension'],
    ['+14155550100;ext=5', 'must not have an extension'],
    ['+1415555', 'is not a possible phone number'],
    ['+12', 'is too short for a phone number of its country'],
    ['+4917012345671234567890', 'is too long for a phone number of its country'],
    ['0170 1234567', 'must be E.164 with +, or national together with country'],
    ['+999123456789', 'must be E.164 with +, or national together with country'],
    ['nobody', 'must be a phone number or an e-mail address'],
    ['tel:+14155550100', 'must be a phone number or an e-mail address'],
    ['call +14155550100 now', 'must be a phone number or an e-mail address'],
    ['+1415\n5550100 +14155550101', 'must be a phone number or an e-mail address'],
    ['somebody@', 'is not an e-mail address'],
    ['some body@example.com', 'is not an e-mail address'],
    ['a@example.com,b@example.com', 'is not an e-mail address'],
    ['A <a@example.com>', 'is not an e-mail address'],
  ])('refuses %j and says why', (to, message) => {
    expect(refusal(to)).toEqual({ status: 422, field: 'to', message });
  });

  it.each(['112', '1-800-FLOWERS'])('refuses %s as a number of a country', (to) => {
    expect(refusal(to, 'DE')).toMatchObject({ status: 422, field: 'to' });
  });

  it.each(['XX', 'de', 'DEU', '__proto__', ''])('refuses the country %j', (country) => {
    const message = 'is not a country with phone numbers';
    expect(refusal('0170 1234567', country)).toEqual({ status: 422, field: 'country', message });
  });

  it('takes an e-mail address in small letters', () => {
    expect(parseRecipient(' Max.Mueller@Example.COM ')).toEqual({ kind: 'email', address: 'max.mueller@example.com' });
  });
});

describe('an e-mail address', () => {
  it.each([
    ['max@münchen.example', 'max@xn--mnchen-3ya.example'],
    ['max@MÜNCHEN.example', 'max@xn--mnchen-3ya.example'],
    ['max@xn--mnchen-3ya.example', 'max@xn--mnchen-3ya.example'],
    ['max@faß.example', 'max@xn--fa-hia.example'],
    ['jörg@shop.example', 'jörg@shop.example'],
    // Another mailbox at some hosts, and the same at others: only the host knows.
    ['max+1@shop.example', 'max+1@shop.example'],
    ['m.a.x@shop.example', 'm.a.x@shop.example'],
  ])('%s has one form, which stays as it is', (to, address) => {
    expect(parseRecipient(to)).toEqual({ kind: 'email', address });
    expect(parseRecipient(address)).toEqual({ kind: 'email', address });
  });

  it.each([
    '"max"@shop.example',
    '"m\\ax"@shop.example',
    '"max ."@shop.example',
    'max@sh\u00adop.example',
    'ma\u200bx@shop.example',
    'max@sh\u2060op.example',
    'ma\u034fx@shop.example',
    'ma\ufe0fx@shop.example',
    'ma\u3164x@shop.example',
    'ｍax@shop.example',
    'max@ｓhop.example',
    'jo\u0308rg@shop.example',
    'max@xn--a.example',
    `max@${'ü'.repeat(60)}.example`,
  ])('is not taken in the disguise of another: %j', (to) => {
    expect(refusal(to)).toMatchObject({ status: 422, field: 'to' });
  });
});

describe('fromQuery', () => {
  it('reads a blank in the place of an unescaped plus', () => {
    expect(fromQuery(' 14155550100')).toBe('+14155550100');
    expect(fromQuery('+14155550100')).toBe('+14155550100');
    expect(fromQuery(' max@example.com')).toBe(' max@example.com');
  });
});

describe('mask', () => {
  it.each([
    ['+491701234567', '+49********67'],
    ['+14155550100', '+14*******00'],
    ['+6591234567', '+65******67'],
    ['max@example.com', 'm***@example.com'],
  ])('shows of %s no more than %s', (address, masked) => {
    expect(mask(address)).toBe(masked);
  });

  it.each(['+2901234', '+49301234', 'a@b.co', 'ab@b.co', 'abc@b.co', 'x'.repeat(60) + '@b.co'])(
    'hides most of %s',
    (address) => {
      const hidden = address.split('@')[0]!;
      const shown = mask(address).split('@')[0]!.replaceAll('*', '');
      expect(shown.length).toBeLessThan(hidden.length);
      expect(mask(address)).toMatch(/\*{3}/);
    },
  );
});
