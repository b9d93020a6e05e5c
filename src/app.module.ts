import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { ApplicationsApiModule } from './applications/applications-api.module.js';
import { ApplicationsModule } from './applications/applications.module.js';
import type { Config } from './config/config.js';
import { DeliveryWorkerModule } from './delivery/delivery-worker.module.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { ReceiptsApiModule } from './delivery/receipts/receipts-api.module.js';
import { DialectsModule } from './doors/dialects.module.js';
import { DoorsModule } from './doors/doors.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { EventRelayModule } from './events/event-relay.module.js';
import { EventsModule } from './events/events.module.js';
import { GuardApiModule } from './guard/api/guard-api.module.js';
import { HealthModule } from './health/health.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { SpendingModule } from './money/spending.module.js';
import { OverloadModule } from './overload/overload.module.js';
import { RotationModule } from './rotation/rotation.module.js';
import { SandboxModule } from './sandbox/sandbox.module.js';
import { CoreModule } from './shared/core.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { VerificationsModule } from './verifications/verifications.module.js';
import { WebhookPumpModule } from './webhooks/webhook-pump.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The list of features, by role: `api` answers, `worker` sends, `all` does both. Health is everywhere. */
@Module({})
export class AppModule {
  static forRoot(config: Config, logger: Logger): DynamicModule {
    const answers = config.role !== 'worker';
    const sends = config.role !== 'api';
    return {
      module: AppModule,
      imports: [
        CoreModule.forRoot(config, logger),
        TelemetryModule,
        DeliveryModule.forRoot(config),
        OverloadModule.forRoot(config),
        HealthModule,
        ApplicationsModule,
        IdempotencyModule,
        DialectsModule,
        RotationModule,
        ...(answers
          ? [
              VerificationsModule,
              ReceiptsApiModule,
              SandboxModule,
              ApplicationsApiModule,
              ErasuresModule,
              EventsModule,
              SpendingModule,
              WebhooksModule,
              GuardApiModule,
              DoorsModule.forRoot(config),
            ]
          : []),
        ...(sends ? [DeliveryWorkerModule, EventRelayModule, WebhookPumpModule] : []),
      ],
    };
  }
}
