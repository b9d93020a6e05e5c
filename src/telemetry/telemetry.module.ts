import { Global, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { openTracer, TRACER } from './tracer.js';
import { Traces } from './traces.js';

@Global()
@Module({
  providers: [Traces, { provide: TRACER, inject: [CONFIG], useFactory: ({ traces }: Config) => openTracer(traces) }],
  exports: [Traces],
})
export class TelemetryModule {}
