import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import {
  cString,
  deliverBody,
  frameOf,
  readBind,
  readFrame,
  readSubmit,
  type Frame,
  type ReceiptFields,
  type Submitted,
} from './smpp-codec.js';

export const SYSTEM_ID = 'shop';
export const PASSWORD = 'b1nd-me';

export interface Submit extends Submitted {
  readonly session: SmscSession;
  readonly sequence: number;
}

/** What becomes of a `submit_sm`. */
export type Behaviour = (submit: Submit, smsc: Smsc) => void;

/** One connection, as the message centre sees it. */
export class SmscSession {
  bound = false;
  private rest: Buffer = Buffer.alloc(0);
  private sequence = 0;
  private readonly acks = new Map<number, (status: number) => void>();

  constructor(
    readonly socket: Socket,
    private readonly smsc: Smsc,
  ) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.read(chunk);
    });
  }

  write(id: number, sequence: number, body?: Buffer, status?: number): void {
    this.socket.write(frameOf(id, sequence, body, status));
  }

  /** Asks something, as the server. */
  request(id: number, body?: Buffer): number {
    this.write(id, ++this.sequence, body);
    return this.sequence;
  }

  /** @returns the status that the receipt is answered with */
  receipt(fields: ReceiptFields): Promise<number> {
    const sequence = this.request(0x00000005, deliverBody(fields));
    return new Promise((resolve) => this.acks.set(sequence, resolve));
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 16 && this.rest.length >= this.rest.readUInt32BE(0)) {
      const frame = Buffer.from(this.rest.subarray(0, this.rest.readUInt32BE(0)));
      this.rest = this.rest.subarray(frame.length);
      try {
        this.take(readFrame(frame));
      } catch (error) {
        this.smsc.violations.push((error as Error).message);
      }
    }
  }

  private take({ command, status, sequence, body }: Frame): void {
    this.smsc.seen.push(command);
    if (command === 'bind_transceiver') this.bind(sequence, body);
    else if (command === 'enquire_link' && !this.smsc.mute) this.write(0x80000015, sequence);
    else if (command === 'unbind') this.write(0x80000006, sequence);
    else if (command === 'submit_sm') this.smsc.submitted({ ...readSubmit(body), session: this, sequence });
    else if (command === 'deliver_sm_resp') {
      this.acks.get(sequence)?.(status);
      this.acks.delete(sequence);
    } else if (command.startsWith('0x')) throw new Error(`the unknown command ${command}`);
  }

  private bind(sequence: number, body: Buffer): void {
    const { systemId, password, version } = readBind(body);
    if (version !== 0x34) throw new Error(`a bind with version ${version}`);
    const status = this.smsc.bindStatus || (systemId === SYSTEM_ID && password === PASSWORD ? 0 : 0x0e);
    if (this.smsc.mute) return;
    this.bound = status === 0;
    const answer = frameOf(0x80000009, sequence, status === 0 ? cString('smsc') : undefined, status);
    this.socket.write(Buffer.concat([answer, this.smsc.afterBind]));
  }
}

export const behaviours = {
  accepts: (({ session, sequence }, smsc) => {
    session.write(0x80000004, sequence, cString(smsc.nextId()));
  }) satisfies Behaviour,
  refuses:
    (status: number): Behaviour =>
    ({ session, sequence }) => {
      session.write(0x80000004, sequence, undefined, status);
    },
  hangs: (() => undefined) satisfies Behaviour,
  hangsUp: (({ session }) => {
    session.socket.destroy();
  }) satisfies Behaviour,
};

/** A message centre on loopback: keeps what it gets, answers as told, and notes what is not SMPP 3.4. */
export class Smsc {
  behaviour: Behaviour = behaviours.accepts;
  /** What binds are answered with; 0 looks at the password. */
  bindStatus = 0;
  /** Answers neither binds nor `enquire_link`. */
  mute = false;
  /** Comes in one piece with the answer to a bind. */
  afterBind: Buffer = Buffer.alloc(0);
  readonly received: Submit[] = [];
  readonly seen: string[] = [];
  readonly violations: string[] = [];
  readonly sessions = new Set<SmscSession>();
  private ids = 0;

  private constructor(private readonly server: Server) {}

  static async start({ port = 0, tls }: { port?: number; tls?: TlsOptions } = {}): Promise<Smsc> {
    const server = tls ? createTls(tls) : createTcp();
    const smsc = new Smsc(server);
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      const session = new SmscSession(socket, smsc);
      smsc.sessions.add(session);
      socket.on('close', () => smsc.sessions.delete(session));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return smsc;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smpp://127.0.0.1:${this.port}`;
  }

  get bound(): SmscSession[] {
    return [...this.sessions].filter(({ bound }) => bound);
  }

  nextId(): string {
    return `m-${++this.ids}`;
  }

  count(command: string): number {
    return this.seen.filter((name) => name === command).length;
  }

  submitted(submit: Submit): void {
    this.received.push(submit);
    this.behaviour(submit, this);
  }

  hangUp(): void {
    for (const { socket } of this.sessions) socket.destroy();
  }

  async stop(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
