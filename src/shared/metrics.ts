import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from what a person does not notice to what nobody waits for. */
const QUICK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const PATIENT = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * What is counted and measured. Labels are names that the configuration has (accounts, applications), countries, and
 * fixed words: never a number, never an id. So series are bounded by the configuration and not by use. Who counts by fixed
 * words alone begins with zeros: an alert sees neither the first count of a series nor one that never comes.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  readonly requests = new Histogram({
    name: 'passlane_http_request_duration_seconds',
    help: 'Answers over HTTP, by route as it is declared',
    labelNames: ['method', 'route', 'status'],
    buckets: QUICK,
    registers: this.registers,
  });

  readonly checks = new Counter({
    name: 'passlane_checks_total',
    help: 'Codes that were checked, by result',
    labelNames: ['result'],
    registers: this.registers,
  });

  readonly attempts = new Counter({
    name: 'passlane_attempts_total',
    help: 'Attempts to send a message, by what became of them (sent, maybe_sent, failed) and the kind of the failure',
    labelNames: ['channel', 'account', 'country', 'status', 'kind'],
    registers: this.registers,
  });

  readonly cost = new Counter({
    name: 'passlane_cost_total',
    help: 'Cost of what was or may have been sent, by the configured prices and in their currency',
    labelNames: ['channel', 'account', 'country'],
    registers: this.registers,
  });

  readonly lateness = new Histogram({
    name: 'passlane_attempt_lateness_seconds',
    help: 'From when an attempt was due until a worker had it; the first of a verification, or a further one',
    labelNames: ['attempt'],
    buckets: QUICK,
    registers: this.registers,
  });

  readonly timeToProvider = new Histogram({
    name: 'passlane_time_to_provider_seconds',
    help: 'From when an attempt was due until its provider had taken the message',
    labelNames: ['channel', 'account'],
    buckets: PATIENT,
    registers: this.registers,
  });

  readonly timeToDelivered = new Histogram({
    name: 'passlane_time_to_delivered_seconds',
    help: 'From when a provider had taken a message until its receipt said that it was delivered',
    labelNames: ['channel', 'account'],
    buckets: PATIENT,
    registers: this.registers,
  });

  readonly receipts = new Counter({
    name: 'passlane_receipts_total',
    help: 'Receipts of providers, by what became of them: applied, unchanged, parked (no such message yet), unknown',
    labelNames: ['account', 'status', 'outcome'],
    registers: this.registers,
  });

  readonly resting = new Gauge({
    name: 'passlane_account_resting',
    help: '1 while this process passes over an account that has failed too often',
    labelNames: ['account'],
    aggregator: 'max',
    registers: this.registers,
  });

  readonly queueLength = new Gauge({
    name: 'passlane_queue_waiting',
    help: 'Jobs that no worker has taken yet; the same in every process',
    labelNames: ['account'],
    aggregator: 'max',
    registers: this.registers,
  });

  readonly queueAge = new Gauge({
    name: 'passlane_queue_age_seconds',
    help: 'Age of the oldest job that no worker has taken yet; the same in every process',
    labelNames: ['account'],
    aggregator: 'max',
    registers: this.registers,
  });

  readonly redisMemory = new Gauge({
    name: 'passlane_redis_memory_bytes',
    help: 'Memory that Redis has used, and its limit where it has one; of a cluster the primary that is fullest',
    labelNames: ['kind'],
    aggregator: 'max',
    registers: this.registers,
  });

  readonly budgetRefusals = new Counter({
    name: 'passlane_budget_refusals_total',
    help: 'Starts that were refused and attempts that were not sent, by the ceiling that was reached',
    labelNames: ['at', 'limit'],
    registers: this.registers,
  });

  readonly budgetUsed = new Gauge({
    name: 'passlane_budget_used_ratio',
    help: 'Share of an application’s ceiling over all countries that is spent; the same in every process',
    labelNames: ['application', 'window'],
    aggregator: 'max',
    registers: this.registers,
  });

  readonly shed = new Counter({
    name: 'passlane_shed_total',
    help: 'Requests refused for overload (503 overloaded), by kind: start, read, check',
    labelNames: ['kind'],
    registers: [this.registry],
  });

  readonly loopLate = new Gauge({
    name: 'passlane_event_loop_late_seconds',
    help: 'How late the event loop comes round, over the last tenth of a second; of several processes the latest',
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly processes = new Gauge({
    name: 'passlane_processes',
    help: 'Processes of this machine whose counts are added up here',
    registers: [this.registry],
    collect() {
      this.set(1);
    },
  });

  readonly webhooks = new Counter({
    name: 'passlane_webhook_attempts_total',
    help: 'Attempts to send an event to a webhook, by outcome: delivered, failed',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  readonly webhookAge = new Histogram({
    name: 'passlane_webhook_delay_seconds',
    help: 'From an event to its delivery, of those delivered with the first attempt',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600],
    registers: this.registers,
  });

  readonly guard = new Counter({
    name: 'passlane_guard_decisions_total',
    help: 'Sends that a rule has refused (enforce) or would have refused (monitor)',
    labelNames: ['rule', 'mode'],
    registers: this.registers,
  });
}
