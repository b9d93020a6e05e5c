import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { EventsController } from './events.controller.js';
import { EventsService } from './events.service.js';

@Module({ imports: [StoreModule], controllers: [EventsController], providers: [EventsService] })
export class EventsModule {}
