import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../../applications/applications.module.js';
import { HealthModule } from '../../health/health.module.js';
import { AccountsModule } from '../../providers/accounts.module.js';
import { VerificationsModule } from '../../verifications/verifications.module.js';
import type { Door } from '../door.js';
import { AccountController } from './account.controller.js';
import { BalanceService } from './balance.service.js';
import { face } from './face.js';
import { MessagingController } from './messaging.controller.js';
import { VerifyController } from './verify.controller.js';

@Module({
  imports: [ApplicationsModule, VerificationsModule, HealthModule, AccountsModule],
  controllers: [AccountController, VerifyController, MessagingController],
  providers: [BalanceService],
})
class GeniqModule {}

/** GENIQ's REST API, as far as it verifies. */
export const geniq: Door = { name: 'geniq', module: GeniqModule, face };
