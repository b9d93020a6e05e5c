import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';

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

  readonly budgetRefusals = new Counter({
    name: 'passlane_budget_refusals_total',
    help: 'Starts that were refused and attempts that were not sent, by the ceiling that was reached',
    labelNames: ['at', 'limit'],
    registers: [this.registry],
  });

  readonly webhooks = new Counter({
    name: 'passlane_webhook_attempts_total',
    help: 'Attempts to send an event to a webhook, by outcome: delivered, failed',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  readonly webhookAge = new Histogram({
    name: 'passlane_webhook_delay_seconds',
    help: 'From an event to its delivery, of those delivered with the first attempt',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600],
    registers: [this.registry],
  });

  readonly guard = new Counter({
    name: 'passlane_guard_decisions_total',
    help: 'Sends that a rule has refused (enforce) or would have refused (monitor)',
    labelNames: ['rule', 'mode'],
    registers: [this.registry],
  });
}
