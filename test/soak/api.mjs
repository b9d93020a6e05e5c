// The callers' side: counts every answer, and takes the time of each.
import { setTimeout as sleep } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';

/** Who is told to come again later does so, as often as that: a machine that is busy for a while makes nobody fail. */
const MOST_TRIES = 20;

/** It had no time for somebody. */
export class TurnedAway extends Error {}

export class Api {
  /** Times in ms, and how often each status came, by what was asked. */
  times = {};
  statuses = {};
  /** How often an answer was to come again later (503, `Retry-After`). */
  told = 0;

  /** @param pool of connections to the service */
  constructor(pool) {
    this.pool = pool;
  }

  /**
   * @param what is asked: `start`, `check` ...
   * @param request { method, path, token, or authorization, key (Idempotency-Key), body, form }
   * @param expected the statuses that are no failure
   * @param tries how often it asks at most, where the answer is 503 with `Retry-After`
   * @returns the answer's body. @throws TurnedAway after so many tries, Error for any other status
   */
  async ask(what, request, expected, tries = MOST_TRIES) {
    const { method = 'POST', path, token, authorization = `Bearer ${token}`, key, body, form } = request;
    const headers = { authorization };
    if (key !== undefined) headers['idempotency-key'] = key;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const text = form === undefined ? body && JSON.stringify(body) : new URLSearchParams(form).toString();
    for (let left = tries; ;) {
      const { status, after, received } = await this.exchange(what, { method, path, headers, body: text });
      if (expected.includes(status)) return received === '' ? undefined : JSON.parse(received);
      if (status !== 503 || after === undefined) {
        throw new Error(`${what} was answered ${status} ${reasonOf(received)}`);
      }
      this.told += 1;
      left -= 1;
      if (left === 0) throw new TurnedAway(`${what} was refused ${tries} times`);
      await sleep(after * 1_000 * (1 + Math.random()));
    }
  }

  async exchange(what, request) {
    const from = performance.now();
    const answer = await this.pool.request(request);
    const received = await answer.body.text();
    const status = answer.statusCode;
    if (status !== 503) (this.times[what] ??= []).push(performance.now() - from);
    this.statuses[`${what} ${status}`] = (this.statuses[`${what} ${status}`] ?? 0) + 1;
    const after = answer.headers['retry-after'];
    return { status, received, after: after === undefined ? undefined : Number(after) };
  }
}

/** Of a refusal, without the id of the request: so that equal ones can be counted. */
function reasonOf(text) {
  const [, code = ''] = /"(?:code|responseMessage)":"([^"]*)"/.exec(text) ?? [];
  const [, limit = ''] = /"limit":"([^"]*)"/.exec(text) ?? [];
  return `${code} ${limit}`.trim() || text.slice(0, 200);
}
