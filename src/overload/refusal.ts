import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Metrics } from '../shared/metrics.js';
import { bodyOf } from '../shared/problem.filter.js';
import { requestId } from '../shared/request-log.js';
import { overloaded } from './overloaded.js';

/** Stands for it in an answer that is made once. */
const REQUEST_ID = '{request_id}';

/**
 * How a start is refused without Fastify: at once. Those of a turn answered together at its end were measured to be no
 * cheaper, and each then waits for a turn more.
 * @param keepAliveMs how long the server keeps a connection, which callers are told
 */
export function makeRefusal(
  metrics: Metrics,
  keepAliveMs: number,
): (request: IncomingMessage, response: ServerResponse) => void {
  const count = metrics.shed.labels({ kind: 'start' });
  const { status, extra } = overloaded;
  const [beforeId, afterId] = JSON.stringify(bodyOf(overloaded, REQUEST_ID)).split(REQUEST_ID) as [string, string];
  const headers = {
    'content-type': 'application/problem+json',
    'retry-after': String(extra.retryAfter),
  };
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: keep-alive',
    `keep-alive: timeout=${Math.floor(keepAliveMs / 1_000)}`,
  ];
  const head = `${lines.join('\r\n')}\r\nx-request-id: `;

  return (request, response) => {
    count.inc();
    const id = requestId(request);
    // All of it is ASCII.
    const body = `${beforeId}${id}${afterId}`;
    const { socket } = response;
    if (socket?.writableLength === 0 && response.shouldKeepAlive) {
      // Half of what a response costs is to put together what is always the same, and to write it in parts. Node takes up
      // the next request of the connection, and passes over this one's body, once a response says that it has finished.
      socket.write(`${head}${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`, 'latin1');
      response.emit('finish');
    } else {
      response.writeHead(status, { ...headers, 'content-length': body.length, 'x-request-id': id });
      response.end(body, 'latin1');
    }
  };
}
