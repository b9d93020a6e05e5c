import type { Registry } from 'prom-client';

/** From a process: what have all counted together? */
export const ASK = 'passlane:metrics';
/** To it: the text of that. */
export const ANSWER = 'passlane:metrics-text';
/** To each: what have you counted? And from each what it has. */
export const COUNT = 'passlane:figures';

/** Whoever asks needs no key, is never refused, and has all processes ask Redis: so all get the same for a while. */
export const SHARED_MS = 1_000;

export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface Question {
  readonly type: typeof ASK | typeof COUNT;
  readonly id: number;
}

export interface Answer {
  readonly type: typeof ANSWER;
  readonly id: number;
  /** None when it cannot be had. */
  readonly text?: string;
}

export interface Count {
  readonly type: typeof COUNT;
  readonly id: number;
  /** None when they cannot be had. */
  readonly figures?: Figures;
}

/** Whoever asked has ended meanwhile; without a callback the failure would be an error that nobody handles. */
export const gone = (): void => undefined;
