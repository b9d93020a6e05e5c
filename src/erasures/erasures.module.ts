import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresService } from './erasures.service.js';

@Module({ imports: [StoreModule], controllers: [ErasuresController], providers: [ErasuresService] })
export class ErasuresModule {}
