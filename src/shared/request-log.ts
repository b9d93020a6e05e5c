import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { onRequestHookHandler, onResponseHookHandler } from 'fastify';
import type { Logger } from 'pino';

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The caller's `x-request-id` when it is harmless, else one of ours. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

export const echoRequestId: onRequestHookHandler = (request, reply, done) => {
  reply.header('x-request-id', request.id);
  done();
};

/** One line for each request. The route and not the address: addresses may hold numbers, and in doors even codes. */
export function logRequests(logger: Logger): onResponseHookHandler {
  return (request, reply, done) => {
    if (request.shed) {
      done();
      return;
    }
    logger.info(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  };
}
