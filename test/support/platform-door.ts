import type { Api } from './api.js';
import { freshNumber } from './api.js';
import { failoverConfiguration, reportingAccount } from './failover.js';
import { Gateway, type Received } from './gateway.js';
import { TestRedis } from './redis.js';
import { LIVE_KEY, Service } from './service.js';
import { until } from './wait.js';

type Json = Record<string, unknown>;

interface Channel {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly to: string;
  readonly from: string | null;
  readonly template: string | null;
  readonly event_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly wait: number;
  readonly order: number;
  readonly language: string | null;
  readonly ttl: number | null;
}

interface PlatformProfile {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly channels: Channel[];
}

export interface PlatformBody {
  readonly id: string;
  readonly status: string;
  readonly code: number;
  readonly message: string;
  readonly to: string | null;
  readonly reference: string | null;
  readonly foreign_id: string | null;
  readonly created_at: string;
  readonly expire_at: string;
  readonly channels: Channel[];
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly data: PlatformProfile & PlatformProfile[];
  readonly links: Record<string, string | null>;
  readonly meta: Record<string, unknown>;
}

export interface PlatformAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: PlatformBody;
}

/** Somebody who calls the platform, with another base URL. */
export class Platform {
  readonly root: string;

  constructor(
    readonly url: string,
    private readonly key: string | undefined,
    brand: 'qikberry' | 'bics' = 'qikberry',
  ) {
    this.root = `${url}/${brand}/api`;
  }

  /** @param path below `v2/`, or from `/v3/` */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<PlatformAnswer> {
    const response = await fetch(this.root + (path.startsWith('/') ? path : `/v2/${path}`), {
      method,
      headers: {
        ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as PlatformBody };
  }

  get(path: string): Promise<PlatformAnswer> {
    return this.request('GET', path);
  }

  post(path: string, body?: unknown): Promise<PlatformAnswer> {
    return this.request('POST', path, body);
  }

  put(path: string, body?: unknown): Promise<PlatformAnswer> {
    return this.request('PUT', path, body);
  }

  delete(path: string): Promise<PlatformAnswer> {
    return this.request('DELETE', path);
  }

  /** By SMS, unless the channels say otherwise; all to this number. */
  send(to: string, channels: Json[] = [{ name: 'sms' }], payload?: Json): Promise<PlatformAnswer> {
    return this.post('verify/send', { channels: channels.map((one) => ({ recipient: { to }, ...one })), payload });
  }

  async check(id: string, code: string): Promise<string> {
    return (await this.get(`verify/check/${id}/${code}`)).body.status;
  }

  async search(id: string): Promise<PlatformBody> {
    return (await this.get(`verify/search/${id}`)).body;
  }
}

/** As the platform has them: digits only. */
export const freshDigits = (): string => freshNumber().slice(1);

/** A service with its doors open, over a gateway that tells all it was given. */
export class OpenDoors {
  private constructor(
    readonly redis: TestRedis,
    readonly gateway: Gateway,
    readonly service: Service,
  ) {}

  static async start(extra: Json = {}, env: Record<string, string> = {}): Promise<OpenDoors> {
    const [redis, gateway] = [await TestRedis.start(), await Gateway.start()];
    const account = reportingAccount(gateway);
    const settings = account.settings as { body: Json };
    Object.assign(settings.body, { from: '{{from}}', locale: '{{locale}}', ttl: '{{ttl}}' });
    const config = failoverConfiguration({ gateway: account });
    const routes = Object.fromEntries(
      ['sms', 'voice', 'whatsapp', 'viber', 'rcs', 'email'].map((name) => [name, { default: ['gateway', 'sandbox'] }]),
    );
    const applications = { ...(config.applications as Json), ...(extra.applications as Json | undefined) };
    const service = await Service.start({
      redisUrl: redis.url,
      config: { ...config, routes, doors: { qikberry: true, bics: true }, ...extra, applications },
      env,
    });
    return new OpenDoors(redis, gateway, service);
  }

  as(key: string | undefined = LIVE_KEY, brand?: 'qikberry' | 'bics'): Platform {
    return new Platform(this.service.url, key, brand);
  }

  /** The same application at the native API. */
  get native(): Api {
    return this.service.as(LIVE_KEY);
  }

  /** The n-th message to a number, as soon as it is there and its record says so. */
  async message(id: string, digits: string, n = 1): Promise<Received> {
    const message = await until(`message ${n}`, () => this.gateway.to(`+${digits}`)[n - 1]);
    await until('the record of it', async () => {
      const attempt = (await this.native.read(id)).body.attempts.find(
        ({ id: attemptId }) => attemptId === message.body.ref,
      );
      return attempt && attempt.status !== 'sending';
    });
    return message;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.gateway.stop();
    await this.redis.stop();
  }
}
