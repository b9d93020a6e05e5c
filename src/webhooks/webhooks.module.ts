import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { webhookAgents } from './agent.provider.js';
import { DeliveriesService } from './deliveries.service.js';
import { ReplayService } from './replay.service.js';
import { WebhookService } from './webhook.service.js';
import { WebhooksController } from './webhooks.controller.js';

/** Webhooks over the API. */
@Module({
  imports: [StoreModule],
  controllers: [WebhooksController],
  providers: [webhookAgents, WebhookService, DeliveriesService, ReplayService],
  exports: [WebhookService],
})
export class WebhooksModule {}
