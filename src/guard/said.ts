import { parseLimits } from '../config/limits.js';
import type { StoredRule } from '../store/rule.store.js';
import {
  LINE_TYPES,
  PUMPING_RULES,
  RULE_MODES,
  type CountryPolicy,
  type GuardSettings,
  type LimitRule,
  type RuleMode,
} from './policy.js';

/** Fields under which Redis keeps what was said about the guard's own rules. */
export const lineTypeField = (type: string): string => `line_type:${type}`;
export const COUNTRIES_FIELD = 'country:all';
export const COUNTRY_CHANNELS_FIELD = 'country:channels';

export const declaresLineTypes = ({ lineTypes = {} }: GuardSettings): boolean => Object.keys(lineTypes).length > 0;

export const declaresCountries = ({ countries }: GuardSettings): boolean =>
  countries !== undefined && Object.keys({ ...countries.all, ...countries.channels }).length > 0;

/** @param declared by the file: the API has no say in that */
export function settingsFrom(
  rules: readonly StoredRule[],
  said: Readonly<Record<string, string>>,
  declared: GuardSettings,
): GuardSettings {
  return {
    limits: rules.filter(({ status }) => status === 'active').map(toLimitRule),
    pumping: modesOf(PUMPING_RULES, (rule) => (declared.pumping?.[rule] ? undefined : said[rule])),
    ...(!declaresLineTypes(declared) && { lineTypes: modesOf(LINE_TYPES, (type) => said[lineTypeField(type)]) }),
    ...(!declaresCountries(declared) && { countries: countriesOf(said) }),
  };
}

const toLimitRule = ({ id, name, key, limit_key, limits, mode }: StoredRule): LimitRule => ({
  id,
  name,
  key,
  limitKey: limit_key,
  limits: parseLimits(limits) ?? [],
  mode,
});

function modesOf<T extends string>(
  names: readonly T[],
  saidOf: (name: T) => string | undefined,
): Partial<Record<T, RuleMode>> {
  const modes: Partial<Record<T, RuleMode>> = {};
  for (const name of names) {
    const mode = RULE_MODES.find((one) => one === saidOf(name));
    if (mode) modes[name] = mode;
  }
  return modes;
}

const countriesOf = (said: Readonly<Record<string, string>>): CountryPolicy => ({
  all: JSON.parse(said[COUNTRIES_FIELD] ?? '{}') as CountryPolicy['all'],
  channels: JSON.parse(said[COUNTRY_CHANNELS_FIELD] ?? '{}') as CountryPolicy['channels'],
});
