import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { EventsController } from './events.controller.js';
import { EventsService } from './events.service.js';
import { EventNews } from './news.js';

@Module({ imports: [StoreModule], controllers: [EventsController], providers: [EventNews, EventsService] })
export class EventsModule {}
