import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { BearerTokens } from './bearer-tokens.js';
import { Gate } from './gate.js';
import { KeyBook } from './key-book.js';
import { KeyCache } from './key-cache.js';
import { KeyFailures } from './key-failures.js';

/** Who may call. */
@Module({
  imports: [StoreModule],
  providers: [BearerTokens, Gate, KeyBook, KeyCache, KeyFailures],
  exports: [BearerTokens, Gate, KeyCache],
})
export class ApplicationsModule {}
