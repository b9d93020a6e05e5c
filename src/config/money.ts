import type { Channel } from '../providers/contract.js';

/**
 * An amount of the configured currency in millionths, always whole: sums of binary fractions are not exact, and a
 * vendor's price may have five decimals.
 */
export type Micros = number;

const MICROS = 1_000_000;

/** @param amount of the currency, with six decimals at most */
export const toMicros = (amount: number): Micros => Math.round(amount * MICROS);

export const fromMicros = (micros: Micros): number => micros / MICROS;

/** What one message (of SMS one part) costs, by the recipient's country. */
export interface CountryPrices {
  readonly default: Micros;
  readonly countries: Readonly<Record<string, Micros>>;
}

/** Of all channels that the account carries. */
export type Prices = Readonly<Partial<Record<Channel, CountryPrices>>>;

/** The most that may be spent in an hour and a day of UTC; undefined is no ceiling. */
export interface Ceilings {
  readonly hour?: Micros;
  readonly day?: Micros;
}

/** An application's ceilings: over everything, and for each country. */
export interface Budget extends Ceilings {
  /** By ISO 3166-1 country; `default` is that of countries that have no entry. */
  readonly countries: Readonly<Record<string, Ceilings>>;
}

/** Countries stand in here for addresses that have none: e-mail, satellite networks (CLDR's word for an unknown one). */
export const NO_COUNTRY = 'ZZ';
