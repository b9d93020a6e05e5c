import { Module } from '@nestjs/common';
import { ApplicationsApiModule } from '../../applications/applications-api.module.js';
import { ApplicationsModule } from '../../applications/applications.module.js';
import { ProfilesModule } from '../../profiles/profiles.module.js';
import { StoreModule } from '../../store/store.module.js';
import { TemplatesModule } from '../../templates/templates.module.js';
import { VerificationsModule } from '../../verifications/verifications.module.js';
import { WebhooksModule } from '../../webhooks/webhooks.module.js';
import type { Door } from '../door.js';
import { BicsAuthController, QikberryAuthController } from './auth.controller.js';
import { platformFace } from './face.js';
import { ProfilesController } from './profiles.controller.js';
import { PlatformProfiles } from './profiles.service.js';
import { SendService } from './send.service.js';
import { BicsSubscriptionsController, QikberrySubscriptionsController } from './subscriptions.controller.js';
import { PlatformSubscriptions } from './subscriptions.service.js';
import { BicsVerifyController, QikberryVerifyController } from './verify.controller.js';
import { VerifyService } from './verify.service.js';
import { BicsWebhooksController, QikberryWebhooksController } from './webhooks.controller.js';
import { PlatformWebhooks } from './webhooks.service.js';

const imports = [ApplicationsModule, ApplicationsApiModule, StoreModule, VerificationsModule, WebhooksModule];
const providers = [PlatformSubscriptions, PlatformWebhooks, SendService, VerifyService];

@Module({
  imports: [...imports, ProfilesModule, TemplatesModule],
  controllers: [
    QikberryAuthController,
    ProfilesController,
    QikberryVerifyController,
    QikberryWebhooksController,
    QikberrySubscriptionsController,
  ],
  providers: [...providers, PlatformProfiles],
})
class QikberryModule {}

/** Has neither profiles nor RCS. */
@Module({
  imports,
  controllers: [BicsAuthController, BicsVerifyController, BicsWebhooksController, BicsSubscriptionsController],
  providers,
})
class BicsModule {}

/** One platform under two brands. */
export const qikberry: Door = {
  name: 'qikberry',
  module: QikberryModule,
  face: { prefix: '/qikberry/', ...platformFace },
  overridesMethod: true,
};
export const bics: Door = {
  name: 'bics',
  module: BicsModule,
  face: { prefix: '/bics/', ...platformFace },
  overridesMethod: true,
};
