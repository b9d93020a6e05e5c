import type { FastifyRequest } from 'fastify';
import type { Problem } from '../../shared/problem.js';
import type { ErrorFace } from '../../shared/problem.filter.js';
import { responseOf, type ResponseCode } from './response.js';
import { referenceOf, responseSchema } from './geniq.schema.js';

/** Of our codes. Those that are not here say no more than that it has failed. */
const BY_PROBLEM: Readonly<Record<string, ResponseCode>> = {
  unauthorized: 20,
  token_expired: 23,
  key_revoked: 20,
  key_expired: 3,
  application_inactive: 4,
  forbidden: 4,
  ip_not_allowed: 2,
  not_offered: 10,
  blocked: 10,
  budget_exhausted: 6,
  unavailable: 99,
  overloaded: 99,
  internal: 99,
};

/** Of the field that is wrong: by its name here, or by the core's. */
const BY_FIELD: Readonly<Record<string, ResponseCode>> = {
  recipient: 11,
  to: 11,
  originator: 12,
  'channels.0.channel': 10,
  'channels.0.from': 12,
  code: 22,
};

/** The core's names for what callers know by others. */
const NAMES: Readonly<Record<string, string>> = {
  to: 'recipient',
  'channels.0.channel': 'recipient',
  'channels.0.from': 'originator',
  'channels.0.template': 'template',
};

/** Budgets of the recipient, and not of the caller: whoever asks too often for one number is taken for a spammer. */
const SPAM = /_per_number$|_per_verification$|^send_wait$/;

/** How problems look below the door's prefix: their own status, with a code of GENIQ's. */
export const face: ErrorFace = {
  prefix: '/geniq/',
  type: 'application/json',
  schema: responseSchema,
  write: (problem, request) => ({
    status: problem.status,
    body: { reference: referenceOf(request.query), ...responseOf(codeOf(problem, request), detailOf(problem)) },
  }),
};

function codeOf({ status, code, extra }: Problem, { routeOptions }: FastifyRequest): ResponseCode {
  const route = routeOptions.url;
  // Only the id of a verification can be unknown; an address without a route is another thing.
  if (code === 'not_found') return route === undefined ? 88 : 21;
  if (status === 401 && route?.endsWith('/token')) return 24;
  if (status === 429 && code !== 'budget_exhausted') return SPAM.test(extra.limit ?? '') ? 19 : 5;
  const ofField = extra.errors?.map(({ field }) => BY_FIELD[field]).find((known) => known !== undefined);
  return ofField ?? BY_PROBLEM[code] ?? 88;
}

const detailOf = ({ detail, extra }: Problem): string =>
  extra.errors?.map(({ field, message }) => `${NAMES[field] ?? field}: ${message}`).join('; ') ?? detail;
