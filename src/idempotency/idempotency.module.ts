import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { Idempotency } from './idempotency.js';

@Module({ imports: [StoreModule], providers: [Idempotency] })
export class IdempotencyModule {}
