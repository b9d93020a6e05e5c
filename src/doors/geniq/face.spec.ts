import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { overloaded } from '../../overload/overloaded.js';
import { notFound, Problem, unavailable, validationFailed } from '../../shared/problem.js';
import { face } from './face.js';

const VERIFY = '/geniq/rest/v1/verify';

const at = (url: string | undefined, query: unknown = {}): FastifyRequest =>
  ({ routeOptions: { url }, query }) as unknown as FastifyRequest;

const written = (problem: Problem, request = at(VERIFY)) => face.write(problem, request);

const limited = (limit: string): Problem => new Problem(429, 'rate_limited', '', '', { limit });
const wrong = (...fields: string[]): Problem =>
  validationFailed(fields.map((field) => ({ field, message: 'is wrong' })));

describe('what GENIQ’s callers are told', () => {
  it.each<[string, Problem, number, string]>([
    ['an unknown token', new Problem(401, 'unauthorized', '', ''), 401, '20'],
    ['one that has ended', new Problem(401, 'token_expired', '', ''), 401, '23'],
    ['one whose key was revoked', new Problem(401, 'key_revoked', '', ''), 401, '20'],
    ['one whose key has ended', new Problem(401, 'key_expired', '', ''), 401, '3'],
    ['an inactive application', new Problem(403, 'application_inactive', '', ''), 403, '4'],
    ['a key without the scope', new Problem(403, 'forbidden', '', ''), 403, '4'],
    ['another address', new Problem(403, 'ip_not_allowed', '', ''), 403, '2'],
    ['a number that nothing is sent to', new Problem(403, 'blocked', '', ''), 403, '10'],
    ['no way to the number', wrong('channels.0.channel'), 422, '10'],
    ['a number that is none', wrong('to'), 422, '11'],
    ['two wrong fields', wrong('expiry', 'originator'), 422, '12'],
    ['a field without a code', wrong('template'), 422, '88'],
    ['a full budget of the number', limited('sends_per_number'), 429, '19'],
    ['a wait between two messages', limited('send_wait'), 429, '19'],
    ['a full one of the verification', limited('sends_per_verification'), 429, '19'],
    ['a full one of the caller', limited('key_failures_per_ip'), 429, '5'],
    ['a ceiling of the money', new Problem(429, 'budget_exhausted', '', '', { limit: 'day' }), 429, '6'],
    ['an unknown id', notFound('verification'), 404, '21'],
    ['Redis away', unavailable(), 503, '99'],
    ['too much at a time', overloaded, 503, '99'],
    ['a fault of ours', new Problem(500, 'internal', '', ''), 500, '99'],
    ['anything else', new Problem(415, 'unsupported_media_type', '', ''), 415, '88'],
  ])('%s', (_, problem, status, responseCode) => {
    expect(written(problem)).toMatchObject({ status, body: { reference: '', responseCode } });
  });

  it('of a key by the route, and of an address without a route', () => {
    const token = '/geniq/rest/v1/token';
    expect(written(new Problem(401, 'unauthorized', '', ''), at(token)).body).toMatchObject({ responseCode: '24' });
    expect(written(notFound('thing'), at(undefined)).body).toMatchObject({ responseCode: '88' });
    // An address that cannot be read has not even a query.
    expect(written(new Problem(400, 'bad_request', '', ''), at(undefined, null)).body).toMatchObject({
      responseCode: '88',
    });
  });

  it('names fields as callers do, and gives the reference back', () => {
    expect(written(wrong('to', 'originator'), at(VERIFY, { reference: 'order-42' })).body).toEqual({
      reference: 'order-42',
      responseCode: '11',
      responseMessage: 'Invalid recipient. recipient: is wrong; originator: is wrong',
    });
  });
});
