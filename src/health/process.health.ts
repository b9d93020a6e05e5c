import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { LoopWatch } from '../overload/loop-watch.js';
import { Lifecycle } from '../shared/lifecycle.js';

/**
 * So late, again and again, a loop serves nobody any more. Far above what overload brings about, which sheds long before:
 * a restart would make that worse.
 */
const HANGS_MS = 1_000;

/** What a process knows of itself without asking anybody. */
@Injectable()
export class ProcessHealth {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly loop: LoopWatch,
    private readonly indicator: HealthIndicatorService,
  ) {}

  /** Only what is still so after a second counts: one long pause is no reason for a restart. */
  turns(key: string): HealthIndicatorResult {
    const check = this.indicator.check(key);
    return this.loop.leastOfLate() < HANGS_MS ? check.up() : check.down('the event loop hangs');
  }

  serves(key: string): HealthIndicatorResult {
    const { state } = this.lifecycle;
    const check = this.indicator.check(key);
    return state === 'serving' ? check.up() : check.down(state);
  }
}
