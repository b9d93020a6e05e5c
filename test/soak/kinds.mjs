// Every kind of key that the soak leaves in Redis, how long it may live, and why the others stay. What is not in here is
// a key that nobody knows of.
import { LONGEST_TTL_S } from './settings.mjs';
import { PREFIXES } from './people.mjs';

const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000];
/** `retention` of the soak's applications. */
const RETENTION = HOUR;
const SHARDS = 256;
const APPLICATIONS = 2;
const ACCOUNTS = 3;
/** Prefixes, each country, the application; in each application. */
const SUBJECTS = APPLICATIONS * (PREFIXES + 2 + 1);
const FOR_EVER = Infinity;

/**
 * `life`: ms from the last write that a key may have left at most. `most`: of kinds that are not one for each
 * verification or message, how many there may be, however long it runs.
 */
export const KINDS = [
  { name: 'state', matches: /^pl:\{..\}:v:/, life: RETENTION + LONGEST_TTL_S * SECOND },
  { name: 'facts', matches: /^pl:\{..\}:f:/, life: RETENTION + LONGEST_TTL_S * SECOND },
  { name: 'answers, personal', matches: /^pl:\{..\}:k:/, life: RETENTION + LONGEST_TTL_S * SECOND },
  { name: 'pending', matches: /^pl:\{..\}:p:/, life: LONGEST_TTL_S * SECOND },
  { name: 'budgets', matches: /^pl:\{..\}:b[sf]:/, life: DAY },
  { name: 'indexes', matches: /^pl:\{..\}:[nr]:/, life: DAY + RETENTION },
  { name: 'index by time', matches: /^pl:\{..\}:t:/, life: DAY + RETENTION, most: SHARDS * APPLICATIONS },
  { name: 'calls, effects', matches: /^pl:\{..\}:i:/, life: DAY },
  { name: 'calls, answers', matches: /^pl:\{i:/, life: DAY + HOUR },
  { name: 'due', matches: /^pl:\{..\}:due$/, life: 26 * HOUR, most: SHARDS },
  { name: 'outbox', matches: /^pl:\{..\}:ev$/, life: 8 * DAY, most: SHARDS },
  { name: 'message ids', matches: /^pl:\{m.*\}:a$/, life: DAY + RETENTION },
  { name: 'parked receipts', matches: /^pl:\{m.*\}:parked$/, life: HOUR / 6 },
  { name: 'guard: limits', matches: /^pl:\{g:.*\}:l:/, life: DAY },
  { name: 'guard: calls', matches: /^pl:\{g:.*\}:i:/, life: DAY },
  { name: 'guard: countries', matches: /^pl:\{g:.*\}:c:/, life: HOUR },
  { name: 'guard: subjects', matches: /^pl:\{g:.*\}:s:/, life: 3 * DAY, most: SUBJECTS },
  { name: 'guard: known prefixes', matches: /^pl:\{g:.*\}:f:/, life: 30 * DAY, most: SUBJECTS },
  { name: 'guard: approvals', matches: /^pl:\{g:.*\}:a$/, life: 30 * DAY, most: APPLICATIONS },
  { name: 'guard: marks', matches: /^pl:\{g:.*\}:m$/, life: 30 * DAY, most: APPLICATIONS },
  { name: 'money: sums', matches: /^pl:\{g:.*\}:spent:/, life: 25 * HOUR, most: APPLICATIONS * 4 },
  { name: 'money: charges', matches: /^pl:\{g:.*\}:charge:/, life: HOUR / 6 },
  { name: 'events', matches: /^pl:\{ev:.*\}:(s|pos)$/, life: 9 * DAY, most: APPLICATIONS * 2 },
  { name: 'webhooks: log', matches: /^pl:\{ev:.*\}:w[ridl]:/, life: 7 * DAY, most: APPLICATIONS * 4 },
  { name: 'webhooks: lease', matches: /^pl:\{ev:.*\}:wk$/, life: 5 * SECOND, most: APPLICATIONS },
  {
    name: 'webhooks',
    matches: /^pl:\{ev:.*\}:wh$/,
    life: FOR_EVER,
    most: APPLICATIONS,
    why: 'people have set them',
  },
  {
    name: 'pepper',
    matches: /^pl:\{ak\}:pepper$/,
    life: FOR_EVER,
    most: 1,
    why: 'tokens are hashed with it',
  },
  {
    name: 'queues',
    matches: /^\{pl:q\}:deliver-[^:]*:(id|meta|events|marker|pc|stalled|stalled-check)$/,
    life: FOR_EVER,
    most: ACCOUNTS * 6,
    why: "BullMQ's own, fixed for each account; `events` holds about 1 000",
  },
];

export const UNKNOWN = { name: 'NOBODY KNOWS', life: 0, most: 0 };

export const kindOf = (key) => KINDS.find(({ matches }) => matches.test(key)) ?? UNKNOWN;
