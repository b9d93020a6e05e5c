import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../shared/metrics.js';
import { Problem } from '../shared/problem.js';
import { sendProblem, type ErrorFace } from '../shared/problem.filter.js';
import type { Kind, Limiter } from './limiter.js';

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

const overloaded = new Problem(503, 'overloaded', 'Overloaded', 'Too much at a time. Try again a little later.', {
  retryAfter: 1,
});

/**
 * Refuses what is too much, before the key is looked at and the body read: what a refusal costs is taken from those who
 * are served. Health, metrics and receipts need no key of ours and are never refused.
 */
export function shedLoad(
  fastify: FastifyInstance,
  limiter: Limiter,
  { metrics, faces }: { metrics: Metrics; faces: readonly ErrorFace[] },
): void {
  fastify.server.maxConnections = MOST_CONNECTIONS;
  const release = (): void => {
    limiter.release();
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    const { scope, load = scope === undefined ? 'never' : 'read' } = request.routeOptions.config;
    if (load === 'never') {
      done();
    } else if (limiter.admit(load)) {
      // However it ends, also when the caller goes away.
      reply.raw.once('close', release);
      done();
    } else {
      request.shed = true;
      metrics.shed.inc({ kind: load });
      sendProblem(request, reply, overloaded, faces);
    }
  });
}
