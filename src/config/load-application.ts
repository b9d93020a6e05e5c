import type { SettingError } from './config.errors.js';
import type { ApplicationConfig, KeyConfig, Limits } from './config.js';
import { ApplicationSchema, LimitsSchema, type KeySchema } from './file.schema.js';
import { loadBudget } from './load-budget.js';
import { DEFAULT_LIMITS, NO_LIMITS, parseLimits, parseWaits } from './limits.js';
import { loadGuard } from './load-guard.js';
import { loadRetention } from './load-retention.js';
import { checked } from './validate.js';

export function loadApplication(name: string, value: unknown, errors: SettingError[]): ApplicationConfig | undefined {
  const path = `applications.${name}`;
  if (!/^[\w-]{1,40}$/.test(name))
    errors.push({ setting: path, message: 'a name has 1 to 40 letters, digits, - or _' });
  const application = checked(ApplicationSchema, value ?? {}, path, errors);
  if (!application) return undefined;
  const keys = application.keys.map((key) => keyOf(key, name));
  refuseSharedIds(keys, path, errors);
  const limits = loadLimits(application.limits, `${path}.limits`, errors);
  const guard = loadGuard(application.guard, isOff(application.limits), `${path}.guard`, errors);
  const allowUrls = application.texts?.allow_urls ?? false;
  const retention = loadRetention(application.retention, `${path}.retention`, errors);
  const budget = loadBudget(application.budget, `${path}.budget`, errors);
  return { name, keys, limits, guard, country: application.country, allowUrls, retention, budget };
}

const keyOf = ({ id, token, mode, scopes, ip_ranges, expires_at }: KeySchema, application: string): KeyConfig => ({
  id,
  application,
  token,
  mode,
  scopes,
  ipRanges: ip_ranges,
  expiresAt: expires_at === undefined ? undefined : Date.parse(expires_at),
});

/** Short-lived tokens name their key by its id. */
function refuseSharedIds(keys: readonly KeyConfig[], path: string, errors: SettingError[]): void {
  const seen = new Set<string>();
  for (const { id } of keys) {
    if (seen.has(id)) errors.push({ setting: `${path}.keys.${id}`, message: 'is the id of two keys' });
    seen.add(id);
  }
}

/** YAML 1.1 reads a bare `off` as false. */
const isOff = (value: unknown): boolean => value === 'off' || value === false;

function loadLimits(value: unknown, path: string, errors: SettingError[]): Limits {
  if (isOff(value)) return NO_LIMITS;
  const limits = checked(LimitsSchema, value ?? {}, path, errors);
  const sends = parseLimits(limits?.sends_per_number);
  // The default waits belong to the default limits: whoever writes 5/10m wants five within ten minutes.
  const waits = parseWaits(limits?.send_wait) ?? (sends ? [] : DEFAULT_LIMITS.send_wait);
  return {
    sends_per_number: sends ?? DEFAULT_LIMITS.sends_per_number,
    send_wait: waits,
    failures_per_number: parseLimits(limits?.failures_per_number) ?? DEFAULT_LIMITS.failures_per_number,
  };
}
