import { isSupportedCountry } from 'libphonenumber-js/max';
import {
  COUNTRY_MODES,
  LINE_TYPES,
  PUMPING_RULES,
  RULE_MODES,
  type CountryModes,
  type CountryPolicy,
  type GuardSettings,
  type RuleMode,
} from '../guard/policy.js';
import { CHANNELS } from '../providers/contract.js';
import type { SettingError } from './config.errors.js';
import { GuardSchema } from './guard.schema.js';
import { parseLimits } from './limits.js';
import { COUNTRY_HELP } from './load-prices.js';
import { checked, isMapping } from './validate.js';

/** With `limits: off` nothing is refused but what the file asks for. */
const OFF = allOff(PUMPING_RULES);
const OFF_LINES = allOff(LINE_TYPES);

/** @param limitsOff the application's `limits` are `off` */
export function loadGuard(value: unknown, limitsOff: boolean, path: string, errors: SettingError[]): GuardSettings {
  const guard = checked(GuardSchema, value ?? {}, path, errors) ?? new GuardSchema();
  const names = guard.rules.map(({ name }) => name);
  guard.rules.forEach(({ name, key, limit_key }, i) => {
    const at = `${path}.rules.${i}`;
    if (names.indexOf(name) !== i) errors.push({ setting: `${at}.name`, message: 'is the name of two rules' });
    if (limit_key !== undefined && key !== 'limit_key') {
      errors.push({ setting: `${at}.limit_key`, message: 'goes with key: limit_key only' });
    }
  });
  return {
    limits: guard.rules.map(({ name, key, limit_key, limits, mode }) => ({
      id: `file-${name}`,
      name,
      key,
      limitKey: key === 'limit_key' ? (limit_key ?? name) : undefined,
      limits: parseLimits(limits) ?? [],
      mode,
    })),
    pumping: { ...(limitsOff && OFF), ...modes(guard.pumping, PUMPING_RULES, `${path}.pumping`, errors) },
    lineTypes: { ...(limitsOff && OFF_LINES), ...modes(guard.line_types, LINE_TYPES, `${path}.line_types`, errors) },
    countries: loadCountries(guard.countries, `${path}.countries`, errors),
  };
}

function modes<T extends string>(
  map: Record<string, unknown>,
  names: readonly T[],
  path: string,
  errors: SettingError[],
): Partial<Record<T, RuleMode>> {
  for (const [name, mode] of Object.entries(map)) {
    const setting = `${path}.${name}`;
    if (!names.some((known) => known === name)) errors.push({ setting, message: `is none of ${names.join(', ')}` });
    // YAML 1.1 reads a bare `off` as false.
    else if (mode === false) map[name] = 'off';
    else if (!RULE_MODES.some((known) => known === mode)) {
      errors.push({ setting, message: `must be ${RULE_MODES.join(', ')}` });
    }
  }
  return map as Partial<Record<T, RuleMode>>;
}

/** `{ default: allow, AZ: filter, channels: { voice: { default: block, DE: allow } } }` */
function loadCountries(
  { channels = {}, ...all }: Record<string, unknown>,
  path: string,
  errors: SettingError[],
): CountryPolicy {
  const own: Record<string, CountryModes> = {};
  if (!isMapping(channels)) errors.push({ setting: `${path}.channels`, message: 'must be a mapping' });
  else {
    for (const [channel, map] of Object.entries(channels)) {
      const setting = `${path}.channels.${channel}`;
      if (!CHANNELS.some((known) => known === channel)) errors.push({ setting, message: 'is not a channel' });
      else if (!isMapping(map)) errors.push({ setting, message: 'must be a mapping' });
      else own[channel] = countryModes(map, setting, errors);
    }
  }
  return { all: countryModes(all, path, errors), channels: own };
}

function countryModes(map: Record<string, unknown>, path: string, errors: SettingError[]): CountryModes {
  for (const [country, mode] of Object.entries(map)) {
    const setting = `${path}.${country}`;
    if (country !== 'default' && !isSupportedCountry(country)) errors.push({ setting, message: COUNTRY_HELP });
    if (!COUNTRY_MODES.some((known) => known === mode)) {
      errors.push({ setting, message: `must be ${COUNTRY_MODES.join(', ')}` });
    }
  }
  return map as CountryModes;
}

function allOff<T extends string>(names: readonly T[]): Record<T, RuleMode> {
  return Object.fromEntries(names.map((name) => [name, 'off'])) as Record<T, RuleMode>;
}
