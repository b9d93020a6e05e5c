import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Lifecycle } from '../shared/lifecycle.js';
import type { Metrics } from '../shared/metrics.js';
import { sendProblem, type ErrorFace } from '../shared/problem.filter.js';
import { KINDS, type Kind, type Limiter } from './limiter.js';
import { overloaded } from './overloaded.js';
import { refuseEarly } from './refuse-early.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Refused for overload: counted, and not worth a line of the log, which would cost more than the refusal. */
    shed?: true;
  }
  interface FastifyContextConfig {
    /** Who is refused first under overload; `read` for all that need a key and say nothing, `never` for the others. */
    load?: Kind | 'never';
  }
}

/** Connections at a time; each costs some 10 KB. Those beyond are closed at once. */
const MOST_CONNECTIONS = 10_000;

/**
 * Refuses what is too much, before the key is looked at and the body read: what a refusal costs is taken from those who
 * are served. Health, metrics and receipts need no key of ours and are never refused.
 */
export function shedLoad(
  fastify: FastifyInstance,
  limiter: Limiter,
  context: { metrics: Metrics; faces: readonly ErrorFace[]; lifecycle: Lifecycle },
): void {
  const { metrics, faces } = context;
  for (const kind of KINDS) metrics.shed.inc({ kind }, 0);
  fastify.server.maxConnections = MOST_CONNECTIONS;
  refuseEarly(fastify, limiter, context);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { scope, load = scope === undefined ? 'never' : 'read' } = request.routeOptions.config;
    if (load === 'never') {
      done();
      return;
    }
    const leave = limiter.enter(load, done);
    if (leave) {
      onceOver(request.raw, reply.raw, leave);
    } else {
      request.shed = true;
      metrics.shed.inc({ kind: load });
      sendProblem(request, reply, overloaded, faces);
    }
  });
}

/** What is to be done at the end of each connection: for its requests that are let in or wait. */
const unfinished = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls back once a request has ended, however that was. When a caller goes away Node tells only the response whose turn it
 * is: those of requests that came behind it on the same connection (pipelining) hear nothing any more.
 */
function onceOver({ socket }: IncomingMessage, response: ServerResponse, done: () => void): void {
  const ends = unfinished.get(socket) ?? follow(socket);
  const end = (): void => {
    if (ends.delete(end)) done();
  };
  ends.add(end);
  response.once('close', end);
}

function follow(socket: Socket): Set<() => void> {
  const ends = new Set<() => void>();
  unfinished.set(socket, ends);
  socket.once('close', () => {
    for (const end of ends) end();
  });
  return ends;
}
