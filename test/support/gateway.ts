import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body as JSON, or an empty object. */
  readonly body: Record<string, string>;
}

export type Behaviour = (received: Received, response: ServerResponse) => void;

export const behaviours = {
  accepts: ((received, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: `m-${received.body.ref ?? ''}` }));
  }) satisfies Behaviour,
  answers:
    (status: number, body = '', headers: Record<string, string> = {}): Behaviour =>
    (_, response) => {
      response.writeHead(status, headers).end(body);
    },
  /** Takes the request and never answers. */
  hangs: (() => undefined) satisfies Behaviour,
  /** Drops the connection after the request was read. */
  hangsUp: ((_, response) => {
    response.socket?.destroy();
  }) satisfies Behaviour,
};

/** A loopback server in the place of an operator's own SMS gateway: keeps what it gets, answers as told. */
export class Gateway {
  readonly received: Received[] = [];
  behaviour: Behaviour = behaviours.accepts;
  /** Takes requests for itself, by saying so: they are neither kept nor answered as told. */
  aside?: (received: Received, response: ServerResponse) => boolean;
  private server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const received = { at: Date.now(), method, url, headers, text, body: parse(text) };
        if (this.aside?.(received, response)) return;
        this.received.push(received);
        this.behaviour(received, response);
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(port = 0): Promise<Gateway> {
    const gateway = new Gateway();
    await new Promise<void>((resolve) => gateway.server.listen(port, '127.0.0.1', resolve));
    return gateway;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** What was sent to one number, in order. */
  to(number: string): Received[] {
    return this.received.filter(({ body }) => body.to === number);
  }

  /** Drops every connection, and takes new ones. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function parse(text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}
