import { Agent, type Dispatcher } from 'undici';
import { ProviderError } from './errors.js';

/** An answer larger than this is no answer to a message; reading on would only fill memory. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** A vendor that does not even accept a connection by then is down; the next account should get its chance. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Beside an account's messages there are tokens, balances and statuses to ask for: they must not make a message wait. */
const BESIDE_MESSAGES = 8;

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * One account's pool of kept connections: a slow vendor never takes another's. Redirects are not followed.
 * @param concurrency how many messages are on their way at a time
 */
export function makeAgent(concurrency: number): Agent {
  const connections = concurrency + BESIDE_MESSAGES;
  return new Agent({ connections, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS } });
}

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/**
 * Sends one request and reads the whole answer before `deadline` (Unix ms).
 * @param stillWanted asked where it had to wait for a connection
 * @throws ProviderError `unreachable` or `rejected` when nothing was sent for sure, else `maybe_sent`
 */
export async function exchange(
  agent: Agent,
  url: string,
  options: HttpRequest,
  deadline: number,
  stillWanted?: () => Promise<boolean>,
): Promise<HttpAnswer> {
  if (!URL.canParse(url)) throw new ProviderError('misconfigured', 'bad_url');
  const { origin, pathname, search } = new URL(url);
  const ms = deadline - Date.now();
  if (ms <= 0) throw new ProviderError('unreachable', 'timeout');
  const call = new Call(stillWanted ? WAIT_MS : Infinity);
  const timer = setTimeout(() => {
    call.end('timeout');
  }, ms);
  try {
    agent.dispatch({ origin, path: pathname + search, ...options }, call);
    const answer = await call.answer;
    if (answer !== WAITED) return answer;
  } finally {
    clearTimeout(timer);
  }
  // The connection that it has waited for is free for it now.
  if (stillWanted) await mustBeWanted(stillWanted);
  return exchange(agent, url, options, deadline, stillWanted);
}

/** @throws ProviderError `rejected` for what must not be sent any more */
export async function mustBeWanted(stillWanted: () => Promise<boolean>): Promise<void> {
  if (!(await stillWanted())) throw new ProviderError('rejected', 'no_longer_wanted');
}

/** A free connection takes a request within a turn of the loop. */
const WAIT_MS = 100;
const WAITED = 'waited';

/**
 * One request on its way. Closer to undici than its `request()`, which neither tells whether a request was written
 * to a connection nor ends one at the deadline that still waits for a connection.
 */
class Call implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer | typeof WAITED>;
  private resolve: (answer: HttpAnswer | typeof WAITED) => void;
  private reject: (error: ProviderError) => void;
  /** Set once the request has a connection: from then on it may have been sent. */
  private controller?: Dispatcher.DispatchController;
  private ended = false;
  private readonly began = performance.now();
  private status = 0;
  private bytes = 0;
  private readonly chunks: Buffer[] = [];

  /** @param patienceMs it does not go out after it had to wait longer than that for a connection */
  constructor(private readonly patienceMs: number) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Gives up, with what is known then. */
  end(code: string): void {
    if (this.ended) return;
    this.ended = true;
    // An address or a header that HTTP does not allow.
    const unsent = code === 'UND_ERR_INVALID_ARG' ? 'misconfigured' : 'unreachable';
    this.reject(new ProviderError(this.controller ? 'maybe_sent' : unsent, code));
    this.controller?.abort(new Error(code));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.ended && performance.now() - this.began > this.patienceMs) {
      this.ended = true;
      this.resolve(WAITED);
      // Before anything is written; the connection stays.
      throw new Error('asks again');
    }
    this.controller = controller;
    // It was given up while it waited for a connection: it must not be sent now.
    if (this.ended) controller.abort(new Error('too late'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > MAX_ANSWER_BYTES) this.end('answer_too_large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.ended = true;
    this.resolve({ status: this.status, text: Buffer.concat(this.chunks).toString('utf8') });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: unknown }): void {
    this.end(typeof error.code === 'string' ? error.code : 'connection_failed');
  }
}

/** What a non-2xx status means when the vendor's body does not say it better. */
export function kindOfStatus(status: number): ProviderError {
  const code = `http_${status}`;
  if (status === 429) return new ProviderError('throttled', code);
  if (status === 402) return new ProviderError('quota', code);
  // Somebody in between has given up waiting (524: Cloudflare); the vendor may have the message.
  if (status === 504 || status === 524) return new ProviderError('maybe_sent', code);
  if (status >= 500 || status === 408) return new ProviderError('unreachable', code);
  if (status === 400 || status === 413 || status === 422) return new ProviderError('bad_message', code);
  // Redirects too: an endpoint that moved is a setting to correct, not a place to send codes to.
  return new ProviderError('misconfigured', code);
}
