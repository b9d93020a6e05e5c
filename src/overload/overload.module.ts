import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { Metrics } from '../shared/metrics.js';
import { Limiter } from './limiter.js';
import { LoopWatch } from './loop-watch.js';
import { QueueWatch } from './queue-watch.js';

/** Notices when there is more to do than can be done, and refuses the rest (docs/decisions/0018). */
@Module({})
export class OverloadModule {
  static forRoot({ role }: Config): DynamicModule {
    return {
      module: OverloadModule,
      global: true,
      providers: [
        LoopWatch,
        {
          provide: Limiter,
          inject: [LoopWatch, Metrics],
          useFactory: (loop: LoopWatch, metrics: Metrics) => {
            const limiter = new Limiter(Math.random);
            loop.onSample((lateMs) => {
              limiter.observeLoop(lateMs);
              metrics.loopLate.set(lateMs / 1_000);
            });
            return limiter;
          },
        },
        // Only starts are refused for a late queue, and a worker gets none.
        ...(role === 'worker' ? [] : [QueueWatch]),
      ],
      exports: [LoopWatch, Limiter],
    };
  }
}
