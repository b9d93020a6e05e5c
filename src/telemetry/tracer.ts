import type { Tracer } from '@opentelemetry/api';
import type { TracesConfig } from '../config/config.js';

export const TRACER = Symbol('tracer');

/** Where spans go, when they go anywhere. */
export interface TraceSource {
  readonly tracer: Tracer;
  readonly ids: FixedIds;
  /** Sends what is waiting; gives up on a collector that is away. */
  close(): Promise<void>;
}

/** Random ids as usual, but for one span that is told what its ids are. */
class FixedIds {
  private traceId?: string;
  private spanId?: string;

  constructor(private readonly random: { generateTraceId(): string; generateSpanId(): string }) {}

  /** The next span, which must be a root, gets these. */
  fix(traceId: string, spanId: string): void {
    this.traceId = traceId;
    this.spanId = spanId;
  }

  generateTraceId(): string {
    const fixed = this.traceId;
    this.traceId = undefined;
    return fixed ?? this.random.generateTraceId();
  }

  generateSpanId(): string {
    const fixed = this.spanId;
    this.spanId = undefined;
    return fixed ?? this.random.generateSpanId();
  }
}

/** How long a stopping process waits for a collector that does not answer. */
const CLOSE_WITHIN_MS = 2_000;

/** The SDK is loaded only by those who use it: it costs start-up time and memory. */
export async function openTracer(settings: TracesConfig | undefined): Promise<TraceSource | undefined> {
  if (!settings) return undefined;
  const { BatchSpanProcessor, RandomIdGenerator, TracerProvider, TraceIdRatioBasedSampler } =
    await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const ids = new FixedIds(new RandomIdGenerator());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'passlane' }),
    // By the trace's id alone: all processes decide alike, so a trace is whole or not there.
    sampler: new TraceIdRatioBasedSampler(settings.ratio),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${settings.endpoint}/v1/traces`, timeoutMillis: CLOSE_WITHIN_MS }),
        scheduledDelayMillis: 1_000,
      }),
    ],
  });
  return {
    tracer: provider.getTracer('passlane'),
    ids,
    close: () => provider.shutdown().catch(() => undefined),
  };
}
