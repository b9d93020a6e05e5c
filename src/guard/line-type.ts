import type { LineType } from './policy.js';

/** ITU country codes of satellite networks and of numbers that follow a person: 870, 878, 881, 882, 883. */
const SATELLITE = /^\+(87[08]|88[123])/;

/** What rings elsewhere, or nowhere, at a price that whoever has the number sets: UK 070 is sold for that. */
const PERSONAL = ['PERSONAL_NUMBER', 'UAN', 'PAGER', 'VOICEMAIL'];

/**
 * Which of the kinds that nobody signs in with a number is.
 * @param type libphonenumber's; undefined when the numbering plan has no such number
 */
export function lineTypeOf(address: string, type: string | undefined): LineType | undefined {
  if (SATELLITE.test(address)) return 'satellite';
  if (type === undefined) return 'unallocated';
  if (type === 'PREMIUM_RATE') return 'premium';
  if (PERSONAL.includes(type)) return 'personal';
  return type === 'SHARED_COST' ? 'shared_cost' : undefined;
}
