import { parseLimits } from '../config/limits.js';
import type { Limit } from '../config/config.js';
import { validationFailed, type FieldError } from '../shared/problem.js';
import type { LimitCheck } from '../store/guard.store.js';
import type { LimitRule } from './policy.js';
import type { KeptKey, LimitKey } from './send.js';
import type { Hash } from './subjects.js';

/** What a send is counted by: keyed hashes, but for the country. */
export interface Subjects {
  readonly client_ip?: string;
  readonly prefix?: string;
  readonly country?: string;
  readonly application: string;
}

/** As they come with a start. @throws Problem 422 naming `limit_keys` */
export function checkedKeys(keys: readonly LimitKey[], rules: readonly LimitRule[], hash: Hash): KeptKey[] {
  const checked = keys.map(({ name, value, limits }, i) => ({
    name,
    hash: hash(`key ${name}`, value),
    limits: limits && parsed(limits, i),
  }));
  refuseWithoutLimits(keys, rules);
  return checked;
}

/** A key whose rule has gone since it was kept counts nowhere. */
export function limitChecks(rules: readonly LimitRule[], subjects: Subjects, keys: readonly KeptKey[]): LimitCheck[] {
  const values = new Map(keys.map(({ name, hash }) => [name, hash]));
  const ruled = rules.flatMap((rule) => {
    const value = rule.key === 'limit_key' ? values.get(rule.limitKey ?? '') : subjects[rule.key];
    return value === undefined ? [] : [checkOf(rule, rule.id, value)];
  });
  const own = keys.flatMap(({ name, hash, limits }) =>
    limits === undefined ? [] : [checkOf({ name, mode: 'enforce', limits }, '~', hash)],
  );
  return [...ruled, ...own];
}

const checkOf = (rule: Pick<LimitRule, 'name' | 'mode' | 'limits'>, id: string, value: string): LimitCheck => ({
  name: rule.name,
  mode: rule.mode,
  limits: rule.limits.map(({ count, seconds }) => ({
    key: `${id}:${seconds}:${value}`,
    count,
    window: seconds * 1_000,
  })),
});

function parsed(limits: readonly string[], index: number): readonly Limit[] {
  const found = parseLimits(limits);
  if (found) return found;
  throw wrong([{ field: `limit_keys.${index}.limits`, message: 'must hold counts and windows like 2/10s' }]);
}

/** A name that nothing is known of is a slip of the pen, and would limit nothing. */
function refuseWithoutLimits(keys: readonly LimitKey[], rules: readonly LimitRule[]): void {
  const errors = keys.flatMap(({ name, limits }, i) => {
    const twice = keys.findIndex((other) => other.name === name) !== i;
    if (twice) return [{ field: `limit_keys.${i}.name`, message: 'comes twice' }];
    if (limits ?? rules.some(({ limitKey }) => limitKey === name)) return [];
    return [{ field: `limit_keys.${i}.name`, message: 'has no rule of this application, and brings no limits' }];
  });
  if (errors.length > 0) throw wrong(errors);
}

const wrong = (errors: readonly FieldError[]) => validationFailed(errors);
