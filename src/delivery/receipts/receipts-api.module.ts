import { Module } from '@nestjs/common';
import { AccountsModule } from '../../providers/accounts.module.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsModule } from './receipts.module.js';

/** Where providers call back. */
@Module({ imports: [AccountsModule, ReceiptsModule], controllers: [ReceiptsController] })
export class ReceiptsApiModule {}
