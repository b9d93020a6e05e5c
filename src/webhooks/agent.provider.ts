import type { FactoryProvider } from '@nestjs/common';
import type { Agent } from 'undici';
import { CONFIG, type Config } from '../config/config.js';
import { makeGuard } from './guard/address.js';
import { makeGuardedAgent } from './guard/agent.js';
import { processResolverOf } from './guard/resolver.js';

/** Injection token of the only clients that webhooks are sent with. */
export const WEBHOOK_AGENTS = Symbol('webhook agents');

/** The client of an application: names are looked up in its turn. */
export type WebhookAgents = (application: string) => Agent;

export const webhookAgents: FactoryProvider<WebhookAgents> = {
  provide: WEBHOOK_AGENTS,
  inject: [CONFIG],
  useFactory: (config: Config) => {
    const guard = makeGuard(config.webhooks);
    const agents = new Map<string, Agent>();
    return (application) => {
      const agent = agents.get(application) ?? makeGuardedAgent(guard, processResolverOf(application));
      agents.set(application, agent);
      return agent;
    };
  },
};
