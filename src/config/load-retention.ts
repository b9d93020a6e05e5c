import type { SettingError } from './config.errors.js';
import type { Retention } from './config.js';
import { RetentionSchema } from './file.schema.js';
import { checked } from './validate.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNITS = { h: HOUR_MS, d: DAY_MS } as const;

/** A day for support, and for late receipts. Also of applications that were made over the API. */
export const DEFAULT_RETENTION: Retention = { numberMs: DAY_MS, recordMs: DAY_MS };

/** Within an hour vendors still report; beyond a month nobody asks whose number it was. */
const NUMBER = { min: HOUR_MS, max: 30 * DAY_MS, words: 'must be between 1h and 30d' };
/** As long as accounts are settled. */
const RECORD = { min: HOUR_MS, max: 90 * DAY_MS, words: 'must be between 1h and 90d' };

/** `applications.<name>.retention`: `{ number: 24h, record: 24h }`. What is left out is a day; a record as its number. */
export function loadRetention(value: unknown, path: string, errors: SettingError[]): Retention {
  const { number, record } = checked(RetentionSchema, value ?? {}, path, errors) ?? {};
  const numberMs = number === undefined ? DEFAULT_RETENTION.numberMs : milliseconds(number);
  const recordMs = record === undefined ? Math.max(DEFAULT_RETENTION.recordMs, numberMs) : milliseconds(record);
  refuseOutside(numberMs, NUMBER, `${path}.number`, errors);
  refuseOutside(recordMs, RECORD, `${path}.record`, errors);
  if (recordMs < numberMs) errors.push({ setting: `${path}.record`, message: 'must not be shorter than number' });
  return { numberMs, recordMs };
}

/** `24h` or `7d`, already checked by the schema. */
const milliseconds = (text: string): number => Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS];

function refuseOutside(ms: number, bounds: typeof NUMBER, setting: string, errors: SettingError[]): void {
  if (ms < bounds.min || ms > bounds.max) errors.push({ setting, message: bounds.words });
}
