import { Module } from '@nestjs/common';
import { StoreModule } from '../store/store.module.js';
import { BudgetCheck } from './budget-check.js';
import { Ledger } from './ledger.js';

/** What messages cost, and the ceilings of what applications spend. */
@Module({ imports: [StoreModule], providers: [Ledger, BudgetCheck], exports: [Ledger, BudgetCheck] })
export class MoneyModule {}
