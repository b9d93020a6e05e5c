import type { Limit, Limits } from './config.js';

/** Each use is remembered for as long as its window, and a script looks at all of them: hence the bounds. */
const MOST = { limits: 5, count: 1_000, seconds: 30 * 86_400 };

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LIMIT = /^([1-9]\d{0,3})\/([1-9]\d{0,6})([smhd])$/;

/** `limits: off`. */
export const NO_LIMITS: Limits = { sends_per_number: [], send_wait: [], failures_per_number: [] };

/** Of applications that say nothing about them: in the file, or made over the API. */
export const DEFAULT_LIMITS: Limits = {
  /** Five messages that did not help will not be helped by a sixth; and ten a day cost what a person is worth. */
  sends_per_number: [
    { count: 5, seconds: 3_600 },
    { count: 10, seconds: 86_400 },
  ],
  /** A message may be late: who asks again at once pays twice for one code. Each further one waits longer. */
  send_wait: [30, 60, 120, 300],
  /** Three whole verifications failed; a guesser of six digits gets 15 of 1 000 000 an hour. */
  failures_per_number: [{ count: 15, seconds: 3_600 }],
};

export const LIMIT_HELP =
  'must be a count and a window like 5/10m (at most 1000 in 30d), up to five of them in a list, or off';

/** `5/10m`, `[5/1h, 10/1d]` or `off`. @returns undefined for anything else */
export function parseLimits(value: unknown): readonly Limit[] | undefined {
  if (value === 'off') return [];
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0 || texts.length > MOST.limits) return undefined;
  const limits = texts.map(parseLimit).filter((limit) => limit !== undefined);
  return limits.length === texts.length ? limits : undefined;
}

function parseLimit(text: unknown): Limit | undefined {
  const [, count, window, unit] = (typeof text === 'string' && LIMIT.exec(text)) || [];
  if (unit === undefined) return undefined;
  const limit = { count: Number(count), seconds: Number(window) * SECONDS[unit as keyof typeof SECONDS] };
  return limit.count <= MOST.count && limit.seconds <= MOST.seconds ? limit : undefined;
}

/** Seconds of each wait. */
const WAIT = { min: 1, max: 86_400 };
const MOST_WAITS = 10;

export const WAITS_HELP = `must be 1 to ${MOST_WAITS} whole seconds from ${WAIT.min} to ${WAIT.max} in a list, or off`;

/** `[30, 60]` or `off`. @returns undefined for anything else */
export function parseWaits(value: unknown): readonly number[] | undefined {
  if (value === 'off') return [];
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_WAITS) return undefined;
  return value.every(isWait) ? value : undefined;
}

const isWait = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= WAIT.min && (value as number) <= WAIT.max;
