// Who is told: the applications' webhook receiver, and the collector of traces.
import { createServer } from 'node:http';
import { buffer, json } from 'node:stream/consumers';

/** Which events of each verification have come. */
export class WebhookReceiver {
  /** Verification → bits of its sequence numbers. */
  seen = new Map();
  events = 0;
  repeats = 0;

  constructor() {
    this.server = createServer(async (request, response) => {
      this.take(await json(request));
      response.end();
    });
  }

  take({ sequence, data }) {
    const { verification_id: id } = data;
    if (id === undefined) return;
    const before = this.seen.get(id) ?? 0;
    const bit = 1 << (sequence - 1);
    this.events += 1;
    if (before & bit) this.repeats += 1;
    this.seen.set(id, before | bit);
  }

  /** Whether the first `count` events of a verification have come. */
  hasAll(id, count) {
    return this.seen.get(id) === 2 ** count - 1;
  }
}

const SPAN = Buffer.from('"spanId"');

export class Collector {
  spans = 0;

  constructor() {
    this.server = createServer(async (request, response) => {
      this.spans += occurrences(await buffer(request), SPAN);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }
}

function occurrences(text, word) {
  let count = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) count += 1;
  return count;
}

/** @returns its URL */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}
