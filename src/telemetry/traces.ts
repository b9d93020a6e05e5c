import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ROOT_CONTEXT, trace, TraceFlags, type Attributes, type Context } from '@opentelemetry/api';
import { TRACER, type TraceSource } from './tracer.js';

/** What is told, and about which verification: never a number, never a code. */
export interface Span {
  readonly name: string;
  /** The verification's. */
  readonly id: string;
  readonly attributes?: Attributes;
}

/**
 * One trace for each verification, over all processes and however long it takes. Nothing has to be carried from one to
 * the next: the verification's id, a random UUID, is the trace's id, and its second half the id of the root span.
 */
@Injectable()
export class Traces implements OnApplicationShutdown {
  constructor(@Inject(TRACER) private readonly source: TraceSource | undefined) {}

  /** Runs `work`, and tells of it when it has not thrown: of other ends tell the answer and the log. */
  around<T>(work: () => Promise<T>, about: (result: T) => Span | undefined): Promise<T> {
    return this.source ? this.timed(work, about) : work();
  }

  /** Tells of what has happened. @param began, ended Unix milliseconds */
  record({ name, id, attributes }: Span, began: number, ended: number): void {
    if (!this.source) return;
    const { tracer, ids } = this.source;
    const { traceId, spanId } = idsOf(id);
    const isRoot = name === ROOT;
    const options = { startTime: began, attributes: { 'passlane.verification_id': id, ...attributes } };
    if (isRoot) ids.fix(traceId, spanId);
    tracer.startSpan(name, { ...options, root: isRoot }, isRoot ? ROOT_CONTEXT : below(traceId, spanId)).end(ended);
  }

  onApplicationShutdown(): Promise<void> | undefined {
    return this.source?.close();
  }

  private async timed<T>(work: () => Promise<T>, about: (result: T) => Span | undefined): Promise<T> {
    const began = preciseNow();
    const result = await work();
    const span = about(result);
    if (span) this.record(span, began, preciseNow());
    return result;
  }
}

/** What creates a verification is its trace's root. */
export const ROOT = 'verification.start';

const preciseNow = (): number => performance.timeOrigin + performance.now();

function idsOf(verificationId: string): { traceId: string; spanId: string } {
  const traceId = verificationId.replaceAll('-', '');
  return { traceId, spanId: traceId.slice(16) };
}

const below = (traceId: string, spanId: string): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
