// The callers' side: counts every answer, and takes the time of each.
import { URLSearchParams } from 'node:url';

export class Api {
  /** Times in ms, and how often each status came, by what was asked. */
  times = {};
  statuses = {};

  /** @param pool of connections to the service */
  constructor(pool) {
    this.pool = pool;
  }

  /**
   * @param what is asked: `start`, `check` ...
   * @param request { method, path, token, or authorization, key (Idempotency-Key), body, form }
   * @param expected the statuses that are no failure
   * @returns the answer's body. @throws for any other status
   */
  async ask(what, { method = 'POST', path, token, authorization = `Bearer ${token}`, key, body, form }, expected) {
    const headers = { authorization };
    if (key !== undefined) headers['idempotency-key'] = key;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const from = performance.now();
    const text = form === undefined ? body && JSON.stringify(body) : new URLSearchParams(form).toString();
    const answer = await this.pool.request({ method, path, headers, body: text });
    const received = await answer.body.text();
    (this.times[what] ??= []).push(performance.now() - from);
    this.statuses[`${what} ${answer.statusCode}`] = (this.statuses[`${what} ${answer.statusCode}`] ?? 0) + 1;
    if (expected.includes(answer.statusCode)) return received === '' ? undefined : JSON.parse(received);
    throw new Error(`${what} was answered ${answer.statusCode} ${reasonOf(received)}`);
  }
}

/** Of a refusal, without the id of the request: so that equal ones can be counted. */
function reasonOf(text) {
  const [, code = ''] = /"(?:code|responseMessage)":"([^"]*)"/.exec(text) ?? [];
  const [, limit = ''] = /"limit":"([^"]*)"/.exec(text) ?? [];
  return `${code} ${limit}`.trim() || text.slice(0, 200);
}
