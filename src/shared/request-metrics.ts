import type { onResponseHookHandler } from 'fastify';
import type { Metrics } from './metrics.js';

/**
 * By route and not by address, of which there are as many as somebody likes to ask for. What is shed has a count of its own:
 * most of it is refused before anybody could measure it here.
 */
export function measureRequests({ requests }: Metrics): onResponseHookHandler {
  return (request, reply, done) => {
    if (request.shed) {
      done();
      return;
    }
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    requests.observe(labels, reply.elapsedTime / 1_000);
    done();
  };
}
