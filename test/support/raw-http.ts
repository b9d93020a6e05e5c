import { connect, type Socket } from 'node:net';

/** A client that sends what it likes, byte by byte if it likes, and keeps what it gets. */
export class RawClient {
  received = '';
  /** Unix ms at which the other side has hung up. */
  closedAt?: number;
  readonly socket: Socket;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closedAt = Date.now()));
  }

  send(text: string): this {
    if (!this.socket.destroyed) this.socket.write(text);
    return this;
  }

  /** Sends the text a character at a time, for as long as anybody listens. */
  drip(text: string, everyMs: number): this {
    let at = 0;
    const timer = setInterval(() => {
      if (this.closedAt !== undefined) clearInterval(timer);
      else this.send(text[at++ % text.length]!);
    }, everyMs);
    this.socket.on('close', () => {
      clearInterval(timer);
    });
    return this;
  }

  get closed(): boolean {
    return this.closedAt !== undefined;
  }
}
