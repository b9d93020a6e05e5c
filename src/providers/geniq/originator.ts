import { ValidateBy } from 'class-validator';

/** GENIQ's types of a sender (`originatorTon`); `auto` lets GENIQ see for itself. */
export const TONS = ['auto', 'national', 'alpha', 'international'] as const;
export type Ton = (typeof TONS)[number];

const LONGEST_NAME = 11;
const NUMBER = /^\+?\d{1,15}$/;
const ALL_DIGITS = /^\+?\d+$/;

/** True when GENIQ would take this sender: a name of at most 11 characters, or a number of at most 15 digits. */
export function isOriginator(originator: string, ton: Ton): boolean {
  if (ton === 'alpha') return isName(originator);
  if (ton === 'auto' && !ALL_DIGITS.test(originator)) return isName(originator);
  return NUMBER.test(originator);
}

const isName = (originator: string): boolean => originator.length > 0 && originator.length <= LONGEST_NAME;

/** GENIQ writes numbers without plus. */
export const withoutPlus = (number: string): string => number.replace(/^\+/, '');

/** Refuses a sender that every message would fail with. @param tonOf the type that goes with it, by the other settings */
export function IsOriginator(tonOf: (settings: object) => Ton): PropertyDecorator {
  return ValidateBy({
    name: 'isOriginator',
    validator: {
      validate: (value, args) => typeof value === 'string' && isOriginator(value, tonOf(args?.object ?? {})),
      defaultMessage: () =>
        'must be a name of at most 11 characters, or a number of at most 15 digits, as its type says',
    },
  });
}
