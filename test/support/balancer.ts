import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A target is asked so often; two answers in a row decide, as a readiness probe's would. */
const ASK_EVERY_MS = 100;
const ANSWERS = 2;

interface Target {
  readonly port: number;
  healthy: boolean;
  /** How many answers in a row say otherwise. */
  otherwise: number;
}

/**
 * Does what a Kubernetes Service and its probes do, on loopback: hands each new connection to one of the targets that say
 * they are ready, in turn, and leaves those alone that exist. Knows nothing of HTTP.
 */
export class Balancer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private targets: Target[] = [];
  private turn = 0;
  private timer?: NodeJS.Timeout;

  private constructor() {
    this.server = createServer((client) => {
      this.pass(client);
    });
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer();
    balancer.targets = ports.map((port) => ({ port, healthy: true, otherwise: 0 }));
    await new Promise<void>((resolve) => balancer.server.listen(0, '127.0.0.1', resolve));
    balancer.askLater();
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  isHealthy(port: number): boolean {
    return this.targets.some((target) => target.port === port && target.healthy);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.targets = [];
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(client: Socket): void {
    const healthy = this.targets.filter((target) => target.healthy);
    const target = healthy[this.turn++ % healthy.length];
    if (!target) {
      client.destroy();
      return;
    }
    const upstream = createConnection(target.port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }

  private askLater(): void {
    this.timer = setTimeout(() => {
      void Promise.all(this.targets.map((target) => this.ask(target))).then(() => {
        if (this.targets.length > 0) this.askLater();
      });
    }, ASK_EVERY_MS);
  }

  private async ask(target: Target): Promise<void> {
    const ready = await fetch(`http://127.0.0.1:${target.port}/health/ready`, {
      headers: { connection: 'close' },
    }).then(
      ({ ok }) => ok,
      () => false,
    );
    target.otherwise = ready === target.healthy ? 0 : target.otherwise + 1;
    if (target.otherwise < ANSWERS) return;
    target.healthy = ready;
    target.otherwise = 0;
  }
}
