import { domainToASCII } from 'node:url';
import { isEmail } from 'class-validator';
import {
  isSupportedCountry,
  parsePhoneNumberWithError,
  ParseError,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { validationFailed } from '../shared/problem.js';

/** An address in its one canonical form. */
export interface Recipient {
  readonly kind: 'phone' | 'email';
  /** E.164 with `+`, or an e-mail address in lower case, its domain in ASCII. */
  readonly address: string;
  /** ISO 3166-1 country of a number, where the numbering plan tells. */
  readonly country?: string;
  /** `MOBILE`, `FIXED_LINE`, `FIXED_LINE_OR_MOBILE`, `PREMIUM_RATE` … where the metadata tells. */
  readonly type?: string;
}

const REASONS: Record<string, string> = {
  INVALID_COUNTRY: 'must be E.164 with +, or national together with country',
  NOT_A_NUMBER: 'must be a phone number or an e-mail address',
  TOO_SHORT: 'is too short for a phone number of its country',
  TOO_LONG: 'is too long for a phone number of its country',
  INVALID_LENGTH: 'has a length that no phone number of its country has',
};

/**
 * @param country needed for a national number only; an international one keeps its own country.
 * @throws Problem 422 naming `to` or `country`
 */
export function parseRecipient(to: string, country?: string): Recipient {
  if (country !== undefined && !isSupportedCountry(country))
    throw wrong('country', 'is not a country with phone numbers');
  if (to.includes('@')) return parseEmail(to);
  const number = withoutTrunk(parseNumber(to, country));
  if (number.ext) throw wrong('to', 'must not have an extension');
  if (!number.isPossible()) throw wrong('to', 'is not a possible phone number');
  return {
    kind: 'phone',
    address: number.number,
    country: number.country,
    // Costs a third of the parsing: only for those who ask.
    get type() {
      return number.getType();
    },
  };
}

/** In a query string an unescaped `+` arrives as a blank. */
export const fromQuery = (to: string): string => to.replace(/^ (?=\d)/, '+');

/**
 * libphonenumber takes one trunk prefix off (`+44 020`), but leaves what is behind a second one, where the country has
 * numbers that long: `+49 00170 1234567` would be another recipient, with budgets of its own, and may ring the same phone.
 */
function withoutTrunk(number: PhoneNumber): PhoneNumber {
  if (!TRUNK.test(number.nationalNumber) || number.isValid()) return number;
  const rest = number.nationalNumber.replace(TRUNK, '');
  const without = parsePhoneNumberWithError(`+${number.countryCallingCode}${rest}`, { extract: false });
  return without.isValid() ? without : number;
}

/** The trunk prefix of nearly all countries that have one. Some countries' own numbers begin with it: those are valid. */
const TRUNK = /^0+(?=\d{4})/;

function parseNumber(to: string, country: CountryCode | undefined): PhoneNumber {
  try {
    return parsePhoneNumberWithError(to, { defaultCountry: country, extract: false });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw wrong('to', REASONS[error.message] ?? 'is not a phone number');
  }
}

/** What is drawn as nothing: two addresses that differ by it are the same to people, and often to their host. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** One mailbox must not have budgets for each way to write it: of those that hosts read alike only one is taken. */
function parseEmail(to: string): Recipient {
  const written = to.trim().toLowerCase();
  if (!isEmail(written)) throw wrong('to', 'is not an e-mail address');
  if (written.startsWith('"') || UNSEEN.test(written) || written.normalize('NFKC') !== written) {
    throw wrong('to', 'must be written without quotes and without invisible or compatibility characters');
  }
  const at = written.lastIndexOf('@') + 1;
  const address = written.slice(0, at) + domainToASCII(written.slice(at));
  if (!isEmail(address)) throw wrong('to', 'is not an e-mail address');
  return { kind: 'email', address };
}

const wrong = (field: string, message: string) => validationFailed([{ field, message }]);

/** What people without `pii:read` see: enough to recognise, too little to call. */
export function mask(address: string): string {
  const at = address.indexOf('@');
  // A name of one letter would be shown whole.
  if (at > 0) return `${address.slice(0, at > 1 ? 1 : 0)}***${address.slice(at)}`;
  return `${address.slice(0, 3)}${'*'.repeat(Math.max(address.length - 5, 4))}${address.slice(-2)}`;
}
