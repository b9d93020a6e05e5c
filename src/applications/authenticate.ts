import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Scope } from '../config/config.js';
import { Problem } from '../shared/problem.js';
import type { Credential } from './credential.js';
import { unauthorized, type Gate } from './gate.js';
import type { Caller } from './key-book.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that asks for a scope. */
    credential?: Credential;
  }
  interface FastifyContextConfig {
    /** The scope that a key needs for this route, or `any` key; routes without one are open. */
    scope?: Scope | 'any';
    /** Parameters of the query that may carry the key too: for callers that can set no header. */
    queryKeys?: readonly string[];
    /** The body arrives as text, whatever its type: signatures are made over it. */
    rawBody?: boolean;
    /** Parameters come in the query, or as a form in the body, which counts as more of the query. */
    form?: boolean;
  }
}

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;

/**
 * Refuses strangers before their body is read. A Fastify hook and not a guard: guards run after parsing and
 * validation, which would tell strangers about fields, and cost an execution context for each request.
 */
export function authenticate(gate: Gate): onRequestHookHandler {
  return (request, _reply, done) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) {
      done();
      return;
    }
    const enter = (credential: Credential): void => {
      request.credential = credential;
      done(allows(credential.caller, scope) ? undefined : lacks(scope));
    };
    const credential = identify(gate, request);
    if (credential instanceof Problem) done(credential);
    else if (credential instanceof Promise) credential.then(enter, done);
    else enter(credential);
  };
}

function identify(gate: Gate, request: FastifyRequest): Credential | Problem | Promise<Credential> {
  const token = tokenOf(request);
  if (token === undefined) return unauthorized(`Send a key: ${waysOf(request).join(', or ')}.`);
  try {
    return gate.identify(token, request.ip);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const waysOf = ({ routeOptions }: FastifyRequest): string[] => [
  'Authorization: Bearer <key>',
  'X-API-Key: <key>',
  ...(routeOptions.config.queryKeys ?? []).map((name) => `?${name}=<key>`),
];

function tokenOf({ headers, query, routeOptions }: FastifyRequest): string | undefined {
  const bearer = headers.authorization ? BEARER.exec(headers.authorization)?.[1] : undefined;
  if (bearer !== undefined) return bearer;
  const key = headers['x-api-key'];
  if (typeof key === 'string') return key;
  const inQuery = routeOptions.config.queryKeys?.map((name) => (query as Record<string, unknown>)[name]);
  return inQuery?.find((value) => typeof value === 'string' && value !== '') as string | undefined;
}

/** Who may write verifications may read them. */
function allows({ scopes }: Caller, scope: Scope | 'any'): boolean {
  if (scope === 'any') return true;
  return scopes.has(scope) || (scope === 'verifications:read' && scopes.has('verifications'));
}

const lacks = (scope: string): Problem =>
  new Problem(403, 'forbidden', 'Not allowed', `This key lacks the scope ${scope}.`);

/** The caller of an authenticated route. */
export const callerOf = (request: FastifyRequest): Caller => credentialOf(request).caller;

/** What the caller has come with. */
export function credentialOf({ credential }: FastifyRequest): Credential {
  if (!credential) throw new Error('the route asks for no scope');
  return credential;
}
