import type { FactoryProvider } from '@nestjs/common';
import type { Agent } from 'undici';
import { CONFIG, type Config } from '../config/config.js';
import { makeGuard } from './guard/address.js';
import { makeGuardedAgent } from './guard/agent.js';

/** Injection token of the only client that webhooks are sent with. */
export const WEBHOOK_AGENT = Symbol('webhook agent');

export const webhookAgent: FactoryProvider<Agent> = {
  provide: WEBHOOK_AGENT,
  inject: [CONFIG],
  useFactory: (config: Config) => makeGuardedAgent(makeGuard(config.webhooks)),
};
