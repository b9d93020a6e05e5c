import { Module } from '@nestjs/common';
import { MoneyModule } from '../money/money.module.js';
import { AccountsModule } from '../providers/accounts.module.js';
import { StoreModule } from '../store/store.module.js';
import { DeliverService } from './deliver.service.js';
import { DeliveryClock } from './delivery-clock.js';
import { DeliveryWorker } from './delivery-worker.js';
import { ReceiptsModule } from './receipts/receipts.module.js';

/** Sends: the clock that finds what is due, the workers that take jobs, the service that delivers. */
@Module({
  imports: [StoreModule, AccountsModule, MoneyModule, ReceiptsModule],
  providers: [DeliverService, DeliveryClock, DeliveryWorker],
})
export class DeliveryWorkerModule {}
