import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions, onRequestHookHandler } from 'fastify';
import helmet from 'helmet';
import { Problem } from './problem.js';

/** Far above any request of ours, far below what would hurt (design §3). */
const MAX_BODY_BYTES = 32 * 1024;
/** Node's own bound. Tokens and trace headers of proxies fit many times. */
const MAX_HEADER_BYTES = 16 * 1024;
/** A client that has not sent its headers by then is slow on purpose; counts from the connection's first moment. */
const HEADERS_TIMEOUT_MS = 5_000;
/** The same for the whole request. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for those who are late; its default would leave them half a minute. */
const CHECK_EVERY_MS = 1_000;
/** Longer than load balancers keep theirs (a minute, as a rule): they must be the ones to hang up. */
const KEEP_ALIVE_MS = 72_000;
/** Nothing has moved in either direction: who waits for events gets an answer within 30 s. */
const IDLE_TIMEOUT_MS = 75_000;

/** What a client may cost before anybody has looked at what it wants. */
export const serverOptions = {
  bodyLimit: MAX_BODY_BYTES,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionTimeout: IDLE_TIMEOUT_MS,
  http: {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  },
  clientErrorHandler: refuseGarbage,
} satisfies FastifyServerOptions & { http: object };

const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** What is no request, or comes too late to be one: answered past all routes and hooks, and hung up on. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ''] ?? 400;
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ type: 'urn:passlane:problem:bad_request', title, status, code: 'bad_request' });
  const headers = ['content-type: application/problem+json', `content-length: ${body.length}`, 'connection: close'];
  socket.end(`HTTP/1.1 ${status} ${title ?? ''}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * What browsers are told, with every answer: helmet's defaults. Worked out once, as nothing of it depends on the request.
 * It does not ask for https, as the service itself speaks http: whoever opens /docs there would see an empty page.
 */
export const browserHeaders = ((): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  const collect = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const apply = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  apply({} as never, collect as unknown as ServerResponse, (error?: unknown) => {
    if (error instanceof Error) throw error;
  });
  return headers;
})();

export const protectBrowsers: onRequestHookHandler = (_request, reply, done) => {
  reply.headers(browserHeaders);
  done();
};

/** Headers that say who asks, or what for: two of one kind may be read as one by a proxy and as the other by us. */
const ONCE = new Set(['authorization', 'x-api-key', 'content-type', 'idempotency-key']);

const repeated = new Problem(400, 'bad_request', 'Bad request', 'A header that may come once has come twice.');

export const refuseRepeatedHeaders: onRequestHookHandler = ({ raw: { rawHeaders } }, _reply, done) => {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (seen.has(name) && ONCE.has(name)) {
      done(repeated);
      return;
    }
    seen.add(name);
  }
  done();
};
