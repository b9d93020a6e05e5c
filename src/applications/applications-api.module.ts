import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { ApplicationService } from './application.service.js';
import { ApplicationsController } from './applications.controller.js';
import { ApplicationsModule } from './applications.module.js';
import { KeyService } from './key.service.js';
import { KeysController } from './keys.controller.js';
import { TokenController } from './token.controller.js';

/** Administration of applications and keys, and tokens for keys. */
@Module({
  imports: [StoreModule, ApplicationsModule],
  controllers: [ApplicationsController, KeysController, TokenController],
  providers: [ApplicationService, KeyService],
  exports: [KeyService],
})
export class ApplicationsApiModule {}
