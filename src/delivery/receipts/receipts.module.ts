import { Module } from '@nestjs/common';
import { AccountsModule } from '../../providers/accounts.module.js';
import { StoreModule } from '../../store/store.module.js';
import { ReceiptService } from './receipt.service.js';

@Module({ imports: [StoreModule, AccountsModule], providers: [ReceiptService], exports: [ReceiptService] })
export class ReceiptsModule {}
