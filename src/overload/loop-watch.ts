import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** How exactly is measured, in ms. libuv's timer writes a number down so often; no JavaScript runs for it. */
const RESOLUTION_MS = 10;
const SAMPLE_EVERY_MS = 100;
/** A second of samples. */
const REMEMBERED = 10;

/** How late the event loop comes round: whatever wants something of this process waits at least as long. */
@Injectable()
export class LoopWatch implements OnApplicationShutdown {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly samples: number[] = [];
  private readonly timer: NodeJS.Timeout;
  private listener?: (lateMs: number) => void;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => {
      this.sample();
    }, SAMPLE_EVERY_MS).unref();
  }

  /** Calls back with each sample: the mean lateness of a tenth of a second, in ms. */
  onSample(listener: (lateMs: number) => void): void {
    this.listener = listener;
  }

  /** The least late of the last second, in ms: single pauses do not count, nor does what a start takes. */
  leastOfLate(): number {
    return this.samples.length < REMEMBERED ? 0 : Math.min(...this.samples);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private sample(): void {
    const { count, mean } = this.histogram;
    // Two samples within one late turn: the second has seen nothing yet, least of all that all is well.
    if (count === 0) return;
    this.histogram.reset();
    const lateMs = Math.max(0, mean / 1e6 - RESOLUTION_MS);
    this.samples.push(lateMs);
    if (this.samples.length > REMEMBERED) this.samples.shift();
    this.listener?.(lateMs);
  }
}
