import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../shared/metrics.js';
import { bodyOf } from '../shared/problem.filter.js';
import { requestId } from '../shared/request-log.js';
import { overloaded } from './overloaded.js';

/** Stands for it in a body that is made once. */
const REQUEST_ID = '{request_id}';

/**
 * How a start is refused without Fastify: at once. Those of a turn answered together at its end were measured to be no
 * cheaper, and each then waits for a turn more.
 */
export function makeRefusal(metrics: Metrics): (request: IncomingMessage, response: ServerResponse) => void {
  const count = metrics.shed.labels({ kind: 'start' });
  const [beforeId, afterId] = JSON.stringify(bodyOf(overloaded, REQUEST_ID)).split(REQUEST_ID) as [string, string];
  return (request, response) => {
    count.inc();
    const id = requestId(request);
    // All of it is ASCII.
    const body = `${beforeId}${id}${afterId}`;
    response.writeHead(overloaded.status, {
      'content-type': 'application/problem+json',
      'content-length': body.length,
      'retry-after': String(overloaded.extra.retryAfter),
      'x-request-id': id,
    });
    response.end(body, 'latin1');
  };
}
