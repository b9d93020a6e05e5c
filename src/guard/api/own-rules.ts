import { isSupportedCountry } from 'libphonenumber-js/max';
import type { FieldError } from '../../shared/problem.js';
import { CEILINGS } from '../../store/ledger.store.js';
import {
  COUNTRIES_FIELD,
  COUNTRY_CHANNELS_FIELD,
  declaresCountries,
  declaresLineTypes,
  lineTypeField,
} from '../said.js';
import { LINE_TYPES, PUMPING_RULES, type GuardPolicy, type GuardSettings } from '../policy.js';
import type { RulePatch } from './rule.schema.js';

/** A rule that the guard has of its own: people say how it works, and cannot make or rename it. */
export interface OwnRule {
  /** Its name, too. */
  readonly id: string;
  readonly kind: 'pumping' | 'line_type' | 'country';
  /** What of a patch is for it. */
  readonly settings: readonly (keyof RulePatch)[];
  readonly isDeclared: (file: GuardSettings) => boolean;
  /** As it works. */
  readonly view: (policy: Pick<GuardPolicy, 'pumping' | 'lineTypes' | 'countries'>) => object;
  /** What Redis is to keep of a patch, by field. */
  readonly said: (patch: RulePatch) => Record<string, string>;
  /** All fields that Redis may keep. */
  readonly fields: readonly string[];
}

const pumping = PUMPING_RULES.map((id): OwnRule => ({
  id,
  kind: 'pumping',
  settings: ['mode'],
  isDeclared: (file) => file.pumping?.[id] !== undefined,
  view: (policy) => ({ mode: policy.pumping[id] }),
  said: ({ mode }) => (mode ? { [id]: mode } : {}),
  fields: [id],
}));

const lineType: OwnRule = {
  id: 'line_type',
  kind: 'line_type',
  settings: ['modes'],
  isDeclared: declaresLineTypes,
  view: ({ lineTypes }) => ({ modes: lineTypes }),
  said: ({ modes = {} }) =>
    Object.fromEntries(Object.entries(modes).map(([type, mode]) => [lineTypeField(type), mode])),
  fields: LINE_TYPES.map(lineTypeField),
};

const country: OwnRule = {
  id: 'country',
  kind: 'country',
  settings: ['countries', 'channels'],
  isDeclared: declaresCountries,
  view: ({ countries }) => ({ countries: countries.all, channels: countries.channels }),
  said: ({ countries, channels }) => ({
    ...(countries && { [COUNTRIES_FIELD]: JSON.stringify(countries) }),
    ...(channels && { [COUNTRY_CHANNELS_FIELD]: JSON.stringify(channels) }),
  }),
  fields: [COUNTRIES_FIELD, COUNTRY_CHANNELS_FIELD],
};

export const OWN_RULES: readonly OwnRule[] = [...pumping, lineType, country];

/** Names in answers that are no rule's of anybody. */
const OTHER_LIMITS: readonly string[] = [
  'list',
  'sends_per_number',
  'send_wait',
  'failures_per_number',
  'sends_per_verification',
  'key_failures_per_ip',
  'gets_per_key',
  ...CEILINGS,
];

/** Refusals name what has refused: two of one name could not be told apart. */
export const isReserved = (name: string): boolean =>
  OTHER_LIMITS.includes(name) || OWN_RULES.some(({ id }) => id === name);

/** What cannot be said about this rule. */
export function faultsOf({ settings }: Pick<OwnRule, 'settings'>, patch: RulePatch): FieldError[] {
  const foreign = Object.keys(patch).filter((field) => !settings.some((setting) => setting === field));
  const tables: [string, object][] = [
    ['countries', patch.countries ?? {}],
    ...Object.entries(patch.channels ?? {}).map(([channel, table]): [string, object] => [`channels.${channel}`, table]),
  ];
  const unknown = tables.flatMap(([path, table]) =>
    Object.keys(table)
      .filter((code) => code !== 'default' && !isSupportedCountry(code))
      .map((code) => ({ field: `${path}.${code}`, message: 'is not a country with phone numbers' })),
  );
  return [...foreign.map((field) => ({ field, message: 'is not a setting of this rule' })), ...unknown];
}
