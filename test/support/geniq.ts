import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Accepted, OutgoingMessage, Provider } from '../../src/providers/contract.js';
import { ProviderError } from '../../src/providers/errors.js';
import { geniq } from '../../src/providers/geniq/definition.js';
import { peer } from '../peers/geniq.js';
import { GeniqVendor } from '../peers/geniq-vendor.js';
import { Gateway } from './gateway.js';
import { inSeconds, outgoingMessage } from './messages.js';
import { makeProvider } from './provider.js';
import { TestRedis } from './redis.js';

/** GENIQ on loopback, new for each test of the file, and accounts there. */
export class GeniqBench {
  gateway: Gateway;
  vendor: GeniqVendor;
  private redis: TestRedis;
  private readonly running: Provider[] = [];

  /** For the top of a spec file. */
  static use(): GeniqBench {
    const bench = new GeniqBench();
    beforeAll(async () => {
      bench.redis = await TestRedis.start();
    });
    afterAll(() => bench.redis.stop());
    beforeEach(async () => {
      bench.gateway = await Gateway.start();
      bench.vendor = new GeniqVendor();
      bench.gateway.behaviour = bench.vendor.behaviour;
    });
    afterEach(async () => {
      await bench.gateway.stop();
      for (const provider of bench.running.splice(0)) await provider.close?.();
    });
    return bench;
  }

  /** An account with the peer's settings and these. @throws ConfigError */
  account(settings: Record<string, unknown> = {}): Provider {
    const provider = makeProvider(geniq, { ...peer.settings(this.gateway.url), ...settings }, this.redis.client);
    this.running.push(provider);
    return provider;
  }

  /** Which settings the start is refused for; none when it starts. */
  wrongSettings(settings: Record<string, unknown>): string[] {
    try {
      this.account(settings);
      return [];
    } catch (error) {
      const names = (error as Error).message.matchAll(/accounts\.main\.settings\.([\w.]+)/g);
      return Array.from(names, ([, name = '']) => name);
    }
  }

  /** What was called, in order. */
  calls(): string[] {
    return this.gateway.received.map(({ method, url }) => `${method} ${url.replace('/rest/v1/', '')}`);
  }

  /** The tokens of the calls that carried one, in order. */
  bearers(): string[] {
    return this.gateway.received.flatMap(({ headers }) => /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? []);
  }
}

export const sendOver = (provider: Provider, change: Partial<OutgoingMessage> = {}, seconds = 20): Promise<Accepted> =>
  provider.send(outgoingMessage(change), inSeconds(seconds));

/** How a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const result = await call.catch((error: unknown) => error);
  if (result instanceof ProviderError) return result;
  throw new Error(`no ProviderError but ${JSON.stringify(result)}`);
}
