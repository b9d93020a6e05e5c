import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { EventRelay } from './event-relay.js';

@Module({ imports: [StoreModule], providers: [EventRelay] })
export class EventRelayModule {}
