import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Scope } from '../config/config.js';
import { Problem } from '../shared/problem.js';
import type { Credential } from './credential.js';
import { unauthorized, type Gate } from './gate.js';
import type { Caller } from './key-book.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that asks for a scope. */
    caller?: Caller;
  }
  interface FastifyContextConfig {
    /** The scope that a key needs for this route; routes without one are open. */
    scope?: Scope;
    /** The body arrives as text, whatever its type: signatures are made over it. */
    rawBody?: boolean;
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
    const enter = ({ caller }: Credential): void => {
      request.caller = caller;
      done(allows(caller, scope) ? undefined : lacks(scope));
    };
    const credential = identify(gate, request);
    if (credential instanceof Problem) done(credential);
    else if (credential instanceof Promise) credential.then(enter, done);
    else enter(credential);
  };
}

function identify(gate: Gate, request: FastifyRequest): Credential | Problem | Promise<Credential> {
  const token = tokenOf(request);
  if (token === undefined) return unauthorized('Send a key: Authorization: Bearer <key>, or X-API-Key: <key>.');
  try {
    return gate.identify(token, request.ip);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  const bearer = headers.authorization ? BEARER.exec(headers.authorization)?.[1] : undefined;
  if (bearer !== undefined) return bearer;
  const key = headers['x-api-key'];
  return typeof key === 'string' ? key : undefined;
}

/** Who may write verifications may read them. */
function allows({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || (scope === 'verifications:read' && scopes.has('verifications'));
}

const lacks = (scope: Scope): Problem =>
  new Problem(403, 'forbidden', 'Not allowed', `This key lacks the scope ${scope}.`);

/** The caller of an authenticated route. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('the route asks for no scope');
  return request.caller;
}
