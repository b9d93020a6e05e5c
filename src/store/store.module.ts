import { Module } from '@nestjs/common';
import { DeliveryStore } from './delivery.store.js';
import { ProfileStore } from './profile.store.js';
import { ReceiptStore } from './receipt.store.js';
import { SearchStore } from './search.store.js';
import { VerificationStore } from './verification.store.js';

@Module({
  providers: [VerificationStore, DeliveryStore, ProfileStore, ReceiptStore, SearchStore],
  exports: [VerificationStore, DeliveryStore, ProfileStore, ReceiptStore, SearchStore],
})
export class StoreModule {}
