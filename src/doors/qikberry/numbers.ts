import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import { validationFailed } from '../../shared/problem.js';

/** Kept for films and examples by Ofcom: nobody has one, and no numbering plan knows them. */
const DRAMA = /^\+447700900\d{3}$/;

/**
 * A number as the core reads it. The platform's are international without a plus; where the application has a default
 * country, one that is not valid so is of there. A code must not go to a stranger whose number has the same digits.
 * @param country ISO 3166-1, the application's
 * @returns what is no number as it came: the core says what is wrong with it
 * @throws Problem 422 naming `to`
 */
export function internationalForm(to: string, country: string | undefined): string {
  const digits = to.replace(/[\s().-]/g, '');
  if (/^00\d/.test(digits)) return `+${digits.slice(2)}`;
  if (!/^[1-9]\d*$/.test(digits)) return to;
  const international = `+${digits}`;
  if (country === undefined || DRAMA.test(international)) return international;
  const abroad = valid(international);
  if (!abroad) return to;
  const home = valid(digits, country);
  // With the country's own code before it, it is as the platform wants it.
  if (!home || home.countryCallingCode === abroad.countryCallingCode) return international;
  const message = `may be a number of ${country} and one of another country: write + and the country code`;
  throw validationFailed([{ field: 'to', message }]);
}

function valid(number: string, country?: string): PhoneNumber | undefined {
  const parsed = parsePhoneNumberFromString(number, { defaultCountry: country as CountryCode, extract: false });
  return parsed?.isValid() ? parsed : undefined;
}

/** A number as the platform writes it, also where parts are masked. */
export const withoutPlus = (address: string): string => address.replace(/^\+/, '');
