// In the place of the providers: takes messages, answers as the person's fortune wants it, and sends receipts back.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** As fast as vendors' APIs are, roughly. */
const ANSWER_MS = 25;
const RECEIPT_MS = 150;
const LATE_RECEIPT_MS = 1_500;

export class Gateway {
  /** Who waits for messages, by number. */
  people = new Map();
  counts = { messages: 0, receipts: 0, refusedReceipts: 0 };
  underWay = new Set();

  /** @param pool of connections to the service */
  constructor(pool) {
    this.pool = pool;
    this.server = createServer(async (request, response) => {
      const message = await json(request);
      await this.take(request.url.slice(1), message, response);
    });
  }

  /** A person whose messages are kept until they leave. */
  welcome(person) {
    const inbox = new Inbox();
    this.people.set(person.to, { fortune: person.fortune, inbox });
    return inbox;
  }

  leave(person) {
    this.people.delete(person.to);
  }

  async take(account, { to, code, ref, callback }, response) {
    this.counts.messages += 1;
    await sleep(ANSWER_MS);
    const person = this.people.get(to);
    const fortune = person?.fortune ?? 'arrives';
    if (person) person.fortune = 'arrives';
    if (fortune === 'refused') return response.writeHead(500).end();
    if (fortune === 'dropped') return response.socket.destroy();
    const id = `${account}-${ref}`;
    const report = (status) => this.report(callback, { id, status });
    if (fortune === 'early') await report('DELIVRD');
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ id }));
    if (fortune === 'arrives') this.later(RECEIPT_MS, () => report('DELIVRD'));
    if (fortune === 'undelivered') this.later(RECEIPT_MS, () => report('UNDELIV'));
    if (fortune === 'doubled') for (let i = 0; i < 2; i++) this.later(LATE_RECEIPT_MS, () => report('DELIVRD'));
    if (fortune !== 'undelivered' && fortune !== 'lost') person?.inbox.put(code);
  }

  async report(callback, receipt) {
    this.counts.receipts += 1;
    const { pathname } = new URL(callback);
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(receipt),
    });
    await body.dump();
    if (statusCode >= 300) this.counts.refusedReceipts += 1;
  }

  later(ms, work) {
    const done = sleep(ms)
      .then(work)
      .catch(() => (this.counts.refusedReceipts += 1))
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  settled() {
    return Promise.all(this.underWay);
  }
}

/** Codes in the order in which they came. */
class Inbox {
  codes = [];
  waiting = undefined;

  put(code) {
    this.codes.push(code);
    this.waiting?.();
  }

  /** The newest code, as soon as so many have come. @throws when that takes too long */
  async newest(count, withinMs) {
    const giveUp = performance.now() + withinMs;
    while (this.codes.length < count) {
      const left = giveUp - performance.now();
      if (left <= 0) throw new Error(`${this.codes.length} of ${count} messages came`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.codes.at(-1);
  }
}
