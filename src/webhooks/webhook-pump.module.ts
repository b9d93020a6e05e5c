import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { webhookAgents } from './agent.provider.js';
import { WebhookPump } from './pump/webhook-pump.js';

/** Sends webhooks. */
@Module({ imports: [StoreModule], providers: [webhookAgents, WebhookPump] })
export class WebhookPumpModule {}
