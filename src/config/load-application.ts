import type { SettingError } from './config.errors.js';
import type { ApplicationConfig, KeyConfig, Limit, Limits } from './config.js';
import { ApplicationSchema, LimitsSchema, type KeySchema } from './file.schema.js';
import { checked } from './validate.js';

/** Twilio Verify's figure: five messages to one number in ten minutes. */
const SENDS: Limit = { count: 5, seconds: 600 };
/** Three whole verifications failed; a guesser of six digits gets 15 of 1 000 000 an hour. */
const FAILURES: Limit = { count: 15, seconds: 3_600 };

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export function loadApplication(name: string, value: unknown, errors: SettingError[]): ApplicationConfig | undefined {
  const path = `applications.${name}`;
  if (!/^[\w-]{1,40}$/.test(name))
    errors.push({ setting: path, message: 'a name has 1 to 40 letters, digits, - or _' });
  const application = checked(ApplicationSchema, value ?? {}, path, errors);
  if (!application) return undefined;
  const keys = application.keys.map((key) => keyOf(key, name));
  refuseSharedIds(keys, path, errors);
  return { name, keys, limits: loadLimits(application.limits, `${path}.limits`, errors), country: application.country };
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

/** The limits of applications that say nothing about them: in the file, or made over the API. */
export const DEFAULT_LIMITS: Limits = { sends_per_number: SENDS, failures_per_number: FAILURES };

function loadLimits(value: unknown, path: string, errors: SettingError[]): Limits {
  if (value === 'off' || value === false) return { sends_per_number: null, failures_per_number: null };
  const limits = checked(LimitsSchema, value ?? {}, path, errors);
  return {
    sends_per_number: parseLimit(limits?.sends_per_number, SENDS),
    failures_per_number: parseLimit(limits?.failures_per_number, FAILURES),
  };
}

/** `5/10m` or `off`, already checked by the schema. */
function parseLimit(text: string | undefined, otherwise: Limit): Limit | null {
  if (text === undefined) return otherwise;
  if (text === 'off') return null;
  const [count = '', window = ''] = text.split('/');
  const unit = window.slice(-1) as keyof typeof SECONDS;
  return { count: Number(count), seconds: Number(window.slice(0, -1)) * SECONDS[unit] };
}
