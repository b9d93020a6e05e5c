import { Redis } from 'ioredis';
import { ConfigError } from '../../src/config/config.errors.js';
import { loadFile } from '../../src/config/load-file.js';
import type { Accepted, OutgoingMessage, Provider, ProviderDefinition, Receipt } from '../../src/providers/contract.js';
import { TOKEN } from '../peers/qikberry-vendor.js';
import type { Behaviour } from './gateway.js';
import { Gateway } from './gateway.js';
import { inSeconds, outgoingMessage } from './messages.js';
import { makeProvider } from './provider.js';

type Settings = Record<string, unknown>;

/** A vendor on loopback and accounts at it, all of which end together. */
export class PlatformAccounts {
  private readonly running: Provider[] = [];

  private constructor(
    private readonly definition: ProviderDefinition,
    readonly gateway: Gateway,
  ) {}

  static async start(definition: ProviderDefinition, behaviour: Behaviour): Promise<PlatformAccounts> {
    const gateway = await Gateway.start();
    gateway.behaviour = behaviour;
    return new PlatformAccounts(definition, gateway);
  }

  make(settings: Settings, receive?: (receipt: Receipt) => Promise<void>): Provider {
    // Not used by this provider, so never connected.
    const redis = new Redis({ lazyConnect: true });
    const account = { baseUrl: `${this.gateway.url}/api/v2`, token: TOKEN, ...settings };
    const provider = makeProvider(this.definition, account, redis, receive);
    this.running.push(provider);
    return provider;
  }

  /** Sends one message; @returns what the vendor saw and what it was taken for. */
  async send(settings: Settings, change: Partial<OutgoingMessage> = {}): Promise<Sent> {
    const accepted = await this.make(settings).send(outgoingMessage(change), inSeconds(5));
    const { url, text, headers } = this.gateway.received.at(-1)!;
    return { accepted, url, body: JSON.parse(text) as Settings, headers };
  }

  /** Ends one account while the vendor stays. */
  async end(provider: Provider): Promise<void> {
    this.running.splice(this.running.indexOf(provider), 1);
    await provider.close?.();
  }

  async stop(): Promise<void> {
    for (const provider of [...this.running]) await this.end(provider);
    await this.gateway.stop();
  }
}

interface Sent {
  readonly accepted: Accepted;
  readonly url: string;
  readonly body: Settings;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Why the configuration of such an account is refused at start; empty when it is not. */
export function refusal(use: string, settings: Settings, extra: Settings = {}): string[] {
  try {
    loadFile({ accounts: { main: { use, settings: { token: TOKEN, ...settings } } }, ...extra }, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.errors.map(({ setting, message }) => `${setting.replace('accounts.main.settings.', '')}: ${message}`);
  }
}
