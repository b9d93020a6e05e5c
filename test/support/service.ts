import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Api } from './api.js';
import { freePort } from './ports.js';
import { Child, temporaryDirectory } from './processes.js';
import { until } from './wait.js';

export const LIVE_KEY = 'live_key_of_the_shop_0123456789';
export const OTHER_KEY = 'live_key_of_another_0123456789';
export const READ_KEY = 'live_key_that_only_reads_0123';
export const TEST_KEY = 'test_key_of_the_shop_0123456789';
export const SECRET = randomBytes(32).toString('base64');

/** A second where there is room; a machine that is busy with other things needs its time. */
const START_WITHIN_MS = 30_000;

type Yaml = Record<string, unknown>;

/** An `http` account that posts to a loopback gateway. */
export const httpAccount = (url: string, extra: Yaml = {}, settings: Yaml = {}): Yaml => ({
  use: 'http',
  settings: {
    url: `${url}/send`,
    body: { to: '{{to}}', text: '{{text}}', code: '{{code}}', ref: '{{attempt_id}}', channel: '{{channel}}' },
    idPath: 'id',
    ...settings,
  },
  ...extra,
});

/** Two applications without limits, and a sandbox for test keys; `accounts` in order on every channel. */
export function configuration(accounts: Record<string, Yaml>, extra: Yaml = {}): Yaml {
  const names = [...Object.keys(accounts), 'sandbox'];
  const scopes = ['verifications', 'webhooks', 'pii:read'];
  return {
    accounts: { ...accounts, sandbox: { use: 'sandbox' } },
    routes: Object.fromEntries(['sms', 'voice', 'whatsapp', 'email'].map((name) => [name, { default: names }])),
    applications: {
      shop: {
        keys: [
          { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes },
          { id: 'shop-read', token: READ_KEY, mode: 'live', scopes: ['verifications:read'] },
          { id: 'shop-test', token: TEST_KEY, mode: 'test', scopes },
        ],
        limits: 'off',
      },
      other: { keys: [{ id: 'other-live', token: OTHER_KEY, mode: 'live', scopes }], limits: 'off' },
    },
    ...extra,
  };
}

export interface ServiceOptions {
  readonly redisUrl: string;
  readonly config: Yaml;
  readonly env?: Record<string, string>;
}

/** The built service in a process of its own, as users run it. */
export class Service {
  private constructor(
    readonly child: Child,
    readonly url: string,
    readonly options: ServiceOptions & { port: number },
  ) {}

  static async start(options: ServiceOptions & { port?: number }): Promise<Service> {
    const port = options.port ?? (await freePort());
    const child = spawnService({ ...options, port });
    const service = new Service(child, `http://127.0.0.1:${port}`, { ...options, port });
    try {
      const isReady = () => !child.running || service.ready();
      await until('the service to be ready', isReady, START_WITHIN_MS);
      if (!child.running) throw new Error('the service has ended');
    } catch (error) {
      await child.end('SIGKILL');
      throw new Error(`${(error as Error).message}:\n${child.output.slice(-4_000)}`, { cause: error });
    }
    return service;
  }

  /** The same again, on the same port and data. */
  restart(): Promise<Service> {
    return Service.start(this.options);
  }

  async ready(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  as(key: string): Api {
    return new Api(this.url, key);
  }

  get log(): string {
    return this.child.output;
  }

  /** With all that has happened until now: lines come in lots, but in order. */
  async wholeLog(): Promise<string> {
    if (this.child.running) {
      const id = randomUUID();
      await fetch(`${this.url}/health/live`, { headers: { 'x-request-id': id } });
      await until('the newest line of the log', () => this.log.includes(id));
    }
    return this.log;
  }

  async stop(): Promise<number | null> {
    return this.child.end('SIGTERM');
  }
}

export function spawnService({ redisUrl, config, env = {}, port }: ServiceOptions & { port: number }): Child {
  const file = join(temporaryDirectory(), 'passlane.yaml');
  writeFileSync(file, stringify(config));
  return new Child(process.execPath, ['dist/main.js'], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      REDIS_URL: redisUrl,
      PASSLANE_CONFIG: file,
      PASSLANE_SECRET: SECRET,
      // No load balancer waits for a test.
      PASSLANE_DRAIN_SECONDS: '0',
      ...env,
    },
  });
}
