import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../shared/metrics.js';
import { bodyOf } from '../shared/problem.filter.js';
import { requestId } from '../shared/request-log.js';
import { overloaded } from './overloaded.js';

/** Stands for it in a body that is made once. */
const REQUEST_ID = '{request_id}';

/**
 * Answers starts that are refused, those of one turn of the loop together at its end: one after the other, writing to
 * sockets costs half as much as in between of other work.
 */
export class Refusals {
  private readonly count;
  private readonly beforeId: string;
  private readonly afterId: string;
  private waiting: [IncomingMessage, ServerResponse][] = [];

  constructor(metrics: Metrics) {
    this.count = metrics.shed.labels({ kind: 'start' });
    const body = JSON.stringify(bodyOf(overloaded, REQUEST_ID)).split(REQUEST_ID);
    [this.beforeId, this.afterId] = body as [string, string];
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    if (this.waiting.push([request, response]) === 1) setImmediate(this.answerAll);
  }

  private readonly answerAll = (): void => {
    const all = this.waiting;
    this.waiting = [];
    this.count.inc(all.length);
    for (const each of all) this.answer(...each);
  };

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const id = requestId(request);
    // All of it is ASCII.
    const body = `${this.beforeId}${id}${this.afterId}`;
    response.writeHead(overloaded.status, {
      'content-type': 'application/problem+json',
      'content-length': body.length,
      'retry-after': String(overloaded.extra.retryAfter),
      'x-request-id': id,
    });
    response.end(body, 'latin1');
  }
}
