import type { Socket } from 'node:net';
import { ProviderError } from '../errors.js';
import { Frames, LostFrame } from './frames.js';
import { MalformedPdu, readPdu, writePdu, type Pdu } from './pdu.js';

/** An answer that comes later than this after its deadline tells nobody anything any more. */
const LATE_MS = 60_000;
/** An `enquire_link` without an answer for so long, or for five rounds of them, means that the connection is gone. */
const ENQUIRE_TIMEOUT_MS = 10_000;
const ENQUIRE_ROUNDS = 5;
const UNBIND_TIMEOUT_MS = 2_000;
/** Receipts that are being stored. Beyond that the vendor is told to come again: Redis is slow, memory is not for queues. */
const MOST_STORING = 500;
const HIGHEST_SEQUENCE = 0x7fffffff;

const INVALID_LENGTH = 0x02;
const INVALID_COMMAND = 0x03;
const TEMPORARY_ERROR = 0x64;

export interface SessionHooks {
  /** Takes what the vendor delivers. It is told to come again when this fails. */
  readonly deliver: (pdu: Pdu) => Promise<void>;
  /** The connection has ended, and with it everything that waited for an answer. */
  readonly ended: (code: string) => void;
}

/** Hears of an answer that came after its deadline. */
export type Late = (answer: Pdu) => void;

interface Waiting {
  readonly command: string;
  readonly resolve: (answer: Pdu) => void;
  readonly reject: (error: ProviderError) => void;
  readonly late?: Late;
  timer: NodeJS.Timeout;
  isLate: boolean;
}

/** One connection: numbers the requests, brings answers to whoever waits for them, and answers the vendor's requests. */
export class Session {
  /** Why the connection is over; undefined while it is not. */
  endedBy?: string;
  private sequence = 0;
  private storing = 0;
  private keepAlive?: NodeJS.Timeout;
  private readonly frames = new Frames();
  private readonly waiting = new Map<number, Waiting>();

  constructor(
    private readonly socket: Socket,
    private readonly hooks: SessionHooks,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.read(chunk);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end(error.code ?? 'connection_lost');
    });
    socket.on('close', () => {
      this.end('connection_lost');
    });
  }

  /**
   * Sends one request.
   * @param deadline Unix milliseconds
   * @param late gets an answer that comes within a minute after the deadline
   * @throws ProviderError `unreachable` when nothing was written, `maybe_sent` when no answer came
   */
  request(command: string, fields: object, deadline: number, late?: Late): Promise<Pdu> {
    const ms = deadline - Date.now();
    if (this.endedBy !== undefined) return Promise.reject(new ProviderError('unreachable', this.endedBy));
    if (ms <= 0) return Promise.reject(new ProviderError('unreachable', 'timeout'));
    this.sequence = this.sequence === HIGHEST_SEQUENCE ? 1 : this.sequence + 1;
    const sequence = this.sequence;
    const pdu = writePdu(command, sequence, fields);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.giveUp(sequence);
      }, ms);
      this.waiting.set(sequence, { command, resolve, reject, late, timer, isLate: false });
      this.socket.write(pdu);
    });
  }

  /** @param seconds from one `enquire_link` to the next */
  keepAliveEvery(seconds: number): void {
    const timeout = Math.min(ENQUIRE_TIMEOUT_MS, ENQUIRE_ROUNDS * seconds * 1_000);
    this.keepAlive = setInterval(() => {
      this.request('enquire_link', {}, Date.now() + timeout).catch(() => {
        this.end('no_answer_to_enquire_link');
      });
    }, seconds * 1_000);
  }

  /** Takes leave as the specification wants it, and does not wait long for the vendor to do so too. */
  async unbind(): Promise<void> {
    await this.request('unbind', {}, Date.now() + UNBIND_TIMEOUT_MS).catch(() => undefined);
    this.end('closed');
  }

  end(code: string): void {
    if (this.endedBy !== undefined) return;
    this.endedBy = code;
    clearInterval(this.keepAlive);
    for (const { timer, reject } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new ProviderError('maybe_sent', code));
    }
    this.waiting.clear();
    this.socket.destroy();
    this.hooks.ended(code);
  }

  private giveUp(sequence: number): void {
    const waiting = this.waiting.get(sequence);
    if (!waiting) return;
    if (waiting.isLate || !waiting.late) this.waiting.delete(sequence);
    else {
      waiting.isLate = true;
      waiting.timer = setTimeout(() => {
        this.giveUp(sequence);
      }, LATE_MS);
    }
    waiting.reject(new ProviderError('maybe_sent', 'timeout'));
  }

  private read(chunk: Buffer): void {
    try {
      for (const frame of this.frames.add(chunk)) {
        if (this.endedBy === undefined) this.take(frame);
      }
    } catch (error) {
      if (!(error instanceof LostFrame)) throw error;
      this.end('not_smpp');
    }
  }

  private take(frame: Buffer): void {
    let pdu: Pdu;
    try {
      pdu = readPdu(frame);
    } catch (error) {
      if (!(error instanceof MalformedPdu)) throw error;
      // The next frame may be a good one. To an answer that cannot be read nothing is said: its request times out.
      if (!error.isResponse) this.answer('generic_nack', error.sequence, INVALID_LENGTH);
      return;
    }
    if (pdu.isResponse) this.takeAnswer(pdu);
    else this.takeRequest(pdu);
  }

  private takeAnswer(answer: Pdu): void {
    const waiting = this.waiting.get(answer.sequence);
    if (!waiting || (answer.command !== `${waiting.command}_resp` && answer.command !== 'generic_nack')) return;
    clearTimeout(waiting.timer);
    this.waiting.delete(answer.sequence);
    if (waiting.isLate) waiting.late?.(answer);
    else waiting.resolve(answer);
  }

  private takeRequest({ command, sequence, ...rest }: Pdu): void {
    if (command === 'deliver_sm') void this.takeDelivery({ command, sequence, ...rest });
    else if (command === 'enquire_link') this.answer('enquire_link_resp', sequence);
    else if (command === 'unbind') {
      // The answer is written before the connection ends; whoever has asked for it reads it.
      this.socket.write(writePdu('unbind_resp', sequence), () => {
        this.end('unbound_by_server');
      });
    } else if (command !== 'alert_notification') this.answer('generic_nack', sequence, INVALID_COMMAND);
  }

  /** Answered only once it is stored: a vendor forgets what it has an answer for. */
  private async takeDelivery(pdu: Pdu): Promise<void> {
    if (this.storing >= MOST_STORING) {
      this.answer('deliver_sm_resp', pdu.sequence, TEMPORARY_ERROR);
      return;
    }
    this.storing++;
    const stored = await this.hooks.deliver(pdu).then(
      () => true,
      () => false,
    );
    this.storing--;
    this.answer('deliver_sm_resp', pdu.sequence, stored ? 0 : TEMPORARY_ERROR);
  }

  private answer(command: string, sequence: number, status = 0): void {
    if (this.endedBy === undefined) this.socket.write(writePdu(command, sequence, {}, status));
  }
}
