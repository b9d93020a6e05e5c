import { Global, Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { DIALECTS, type Dialect } from '../webhooks/dialect.js';
import { PlatformDialect } from './qikberry/webhook-dialect.js';

/** How the webhooks of doors speak. Wherever webhooks are sent, and whatever doors are open there. */
@Global()
@Module({
  imports: [StoreModule],
  providers: [
    PlatformDialect,
    { provide: DIALECTS, inject: [PlatformDialect], useFactory: (...all: Dialect[]) => all },
  ],
  exports: [DIALECTS],
})
export class DialectsModule {}
