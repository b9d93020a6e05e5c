import { ProviderError } from '../errors.js';
import { reconnectAfter, Throttle, type Loss } from './back-off.js';
import { NOT_BOUND, statusError } from './errors.js';
import type { Pdu } from './pdu.js';
import { Session, type Late } from './session.js';
import { openSocket, type Server } from './socket.js';

/** A server that takes connections but does not answer a bind by then is out of order. */
const BIND_TIMEOUT_MS = 5_000;
/** A bind that has lasted so long was no failure. */
const STEADY_MS = 10_000;

export interface LinkOptions {
  readonly server: Server;
  /** Fields of `bind_transceiver`. */
  readonly credentials: object;
  /** Requests without an answer at a time. */
  readonly window: number;
  /** Seconds. */
  readonly enquireLink: number;
  readonly deliver: (pdu: Pdu) => Promise<void>;
  /** Something has changed that messages may wait for. */
  readonly changed: () => void;
}

/** One bind that keeps itself up: binds again after a loss, keeps to its window, pauses when it is told to slow down. */
export class Link {
  /** Why messages cannot go this way now. */
  failure = new ProviderError('unreachable', 'not_bound');
  private state: 'connecting' | 'bound' | 'down' = 'down';
  private closed = false;
  private session?: Session;
  private inFlight = 0;
  private failures = 0;
  private boundAt = 0;
  private readonly throttle = new Throttle();
  private pause?: NodeJS.Timeout;
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: LinkOptions) {}

  open(): void {
    this.state = 'connecting';
    void this.connect();
  }

  get bound(): boolean {
    return this.state === 'bound';
  }

  /** Bound, or about to be: worth waiting for. */
  get hopeful(): boolean {
    return this.state !== 'down';
  }

  /** Bound, but told to slow down. */
  get paused(): boolean {
    return this.bound && this.pause !== undefined;
  }

  /** Requests that can be sent at once. */
  get room(): number {
    return this.bound && !this.paused ? this.options.window - this.inFlight : 0;
  }

  /** Takes a place in the window, of which there must be one. `submit` or `release` gives it back. */
  reserve(): void {
    this.inFlight++;
  }

  release(): void {
    this.inFlight--;
    this.options.changed();
  }

  /** @throws ProviderError as `Session.request` */
  async submit(fields: object, deadline: number, late: Late): Promise<Pdu> {
    try {
      if (!this.session) throw this.failure;
      const { mark } = this.throttle;
      const answer = await this.session.request('submit_sm', fields, deadline, late);
      this.heed(answer.status, mark);
      return answer;
    } finally {
      this.release();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.state = 'down';
    this.failure = new ProviderError('unreachable', 'closed');
    clearTimeout(this.timer);
    clearTimeout(this.pause);
    await this.session?.unbind();
  }

  private async connect(): Promise<void> {
    try {
      const session = await this.bind();
      if (this.closed) {
        await session.unbind();
        return;
      }
      // It may have ended with the octets that brought the answer to the bind.
      if (session.endedBy !== undefined) throw new ProviderError('unreachable', session.endedBy);
      this.session = session;
      this.state = 'bound';
      this.boundAt = Date.now();
      session.keepAliveEvery(this.options.enquireLink);
      this.options.changed();
    } catch (error) {
      // TLS throws at settings that it cannot use.
      const failure = error instanceof ProviderError ? error : new ProviderError('misconfigured', 'bind_impossible');
      this.lose(failure, failure.kind === 'misconfigured' ? 'refused' : 'again');
    }
  }

  private async bind(): Promise<Session> {
    const { server, credentials, deliver } = this.options;
    const socket = await openSocket(server);
    const session: Session = new Session(socket, {
      deliver,
      ended: (code) => {
        if (this.session === session) this.lost(code);
      },
    });
    try {
      const answer = await session.request('bind_transceiver', credentials, Date.now() + BIND_TIMEOUT_MS);
      if (answer.status === 0) return session;
      const { kind, code } = statusError(answer.status);
      // A bind says nothing about any message: only what the settings may be to blame for is told apart.
      throw new ProviderError(kind === 'misconfigured' ? kind : 'unreachable', `bind_${code}`);
    } catch (error) {
      session.end('not_bound');
      // No message has left with an unanswered bind.
      if (!(error instanceof ProviderError) || error.kind !== 'maybe_sent') throw error;
      throw new ProviderError('unreachable', `bind_${error.code}`);
    }
  }

  private lost(code: string): void {
    this.session = undefined;
    if (Date.now() - this.boundAt >= STEADY_MS) this.failures = 0;
    // The first time messages wait: it is usually back in a moment. A server that keeps hanging up gets its rest.
    this.lose(new ProviderError('unreachable', code), this.failures === 0 ? 'at_once' : 'again');
  }

  private lose(failure: ProviderError, loss: Loss): void {
    if (this.closed) return;
    this.failure = failure;
    this.failures++;
    this.state = loss === 'at_once' ? 'connecting' : 'down';
    this.timer = setTimeout(
      () => {
        void this.connect();
      },
      reconnectAfter(loss, this.failures, Math.random()),
    );
    this.options.changed();
  }

  /** Slows down when the vendor says so; goes on at full speed once it takes messages again. */
  private heed(status: number, mark: number): void {
    if (status === NOT_BOUND) this.session?.end('not_bound');
    const throttled = status !== 0 && statusError(status).kind === 'throttled';
    const ms = this.throttle.heed(throttled, mark, Math.random());
    if (ms === undefined) return;
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.options.changed();
    }, ms);
  }
}
