import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** What is counted. Labels are names of accounts and fixed words: never a number, never an id. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly receipts = new Counter({
    name: 'passlane_receipts_total',
    help: 'Receipts of providers, by what became of them: applied, unchanged, parked (no such message yet), unknown',
    labelNames: ['account', 'status', 'outcome'],
    registers: [this.registry],
  });
}
