import { Module } from '@nestjs/common';
import { GuardModule } from '../guard/guard.module.js';
import { MoneyModule } from '../money/money.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { StoreModule } from '../store/store.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { NextService } from './next.service.js';
import { StartService } from './start.service.js';
import { VerificationService } from './verification.service.js';
import { VerificationsController } from './verifications.controller.js';

@Module({
  imports: [StoreModule, MoneyModule, ProfilesModule, TemplatesModule, GuardModule],
  controllers: [VerificationsController],
  providers: [StartService, NextService, VerificationService],
  exports: [StartService, VerificationService],
})
export class VerificationsModule {}
