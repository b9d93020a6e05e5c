import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { ProfileBook } from './profile-book.js';
import { ProfileService } from './profile.service.js';
import { ProfilesController } from './profiles.controller.js';

@Module({
  imports: [StoreModule, TemplatesModule],
  controllers: [ProfilesController],
  providers: [ProfileBook, ProfileService],
  exports: [ProfileBook, ProfileService],
})
export class ProfilesModule {}
