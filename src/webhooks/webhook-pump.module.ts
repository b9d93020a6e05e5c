import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { webhookAgent } from './agent.provider.js';
import { WebhookPump } from './pump/webhook-pump.js';

/** Sends webhooks. */
@Module({ imports: [StoreModule], providers: [webhookAgent, WebhookPump] })
export class WebhookPumpModule {}
