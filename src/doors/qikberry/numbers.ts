import { isPossiblePhoneNumber } from 'libphonenumber-js/max';

/**
 * A number as the core reads it. The platform's are international without a plus; where the application has a default
 * country, one that cannot be international is of there.
 * @param country ISO 3166-1, the application's
 * @returns what is no number as it came: the core says what is wrong with it
 */
export function internationalForm(to: string, country: string | undefined): string {
  const digits = to.replace(/[\s().-]/g, '');
  if (/^00\d/.test(digits)) return `+${digits.slice(2)}`;
  if (!/^[1-9]\d*$/.test(digits)) return to;
  const international = `+${digits}`;
  return country === undefined || isPossiblePhoneNumber(international) ? international : to;
}

/** A number as the platform writes it, also where parts are masked. */
export const withoutPlus = (address: string): string => address.replace(/^\+/, '');
