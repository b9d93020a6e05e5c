import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { GuardBook } from './guard-book.js';
import { Guard } from './guard.js';
import { GuardSettingsBook } from './guard-settings.js';

@Module({
  imports: [StoreModule],
  providers: [GuardSettingsBook, GuardBook, Guard],
  exports: [GuardSettingsBook, Guard],
})
export class GuardModule {}
