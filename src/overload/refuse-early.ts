import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Lifecycle } from '../shared/lifecycle.js';
import type { Metrics } from '../shared/metrics.js';
import type { ErrorFace } from '../shared/problem.filter.js';
import type { Limiter } from './limiter.js';
import { makeRefusal } from './refusal.js';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Refuses starts that there is no room for before Fastify sees them, for half of what Fastify takes: under overload most
 * of what comes is that. Only where the address alone says that it is a start, and nobody else's face is wanted;
 * whatever gets past here is looked at again in its turn.
 */
export function refuseEarly(
  fastify: FastifyInstance,
  limiter: Limiter,
  { metrics, faces, lifecycle }: { metrics: Metrics; faces: readonly ErrorFace[]; lifecycle: Lifecycle },
): void {
  const starts = new Set<string>();
  fastify.addHook('onRoute', ({ method, url, config }) => {
    const fixed = !/[:*]/.test(url) && !faces.some(({ prefix }) => url.startsWith(prefix));
    if (fixed && config?.load === 'start') for (const each of [method].flat()) starts.add(`${each} ${url}`);
  });

  const refuse = makeRefusal(metrics, fastify.server.keepAliveTimeout);
  const { server } = fastify;
  const [serve] = server.listeners('request') as Serve[];
  if (!serve) throw new Error('Fastify does not listen to its server');
  server.removeListener('request', serve);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // What is answered while the process drains says that it is the last, which Fastify's hooks see to.
    const early =
      !limiter.hasRoom('start') && starts.has(`${request.method} ${request.url}`) && lifecycle.state === 'serving';
    if (early) refuse(request, response);
    else serve(request, response);
  });
}
