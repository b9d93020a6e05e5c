import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { SpendingController } from './spending.controller.js';
import { SpendingService } from './spending.service.js';

@Module({ imports: [StoreModule], controllers: [SpendingController], providers: [SpendingService] })
export class SpendingModule {}
