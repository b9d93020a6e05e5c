import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { TemplateBook } from './template-book.js';
import { TemplateService } from './template.service.js';
import { TemplatesController } from './templates.controller.js';

@Module({
  imports: [StoreModule],
  controllers: [TemplatesController],
  providers: [TemplateBook, TemplateService],
  exports: [TemplateBook],
})
export class TemplatesModule {}
