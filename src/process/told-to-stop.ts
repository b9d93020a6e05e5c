import type { EventEmitter } from 'node:events';

/** One wish comes over several ways: Ctrl-C reaches a whole terminal, and parents pass on what they get. */
const SAME_WISH_MS = 1_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/**
 * Ends this process when it is told to stop while there is nothing yet that could stop in order. The first process of a
 * container must see to that itself: the system passes over signals that such a one does not listen for.
 * @returns leaves it to others
 */
export function endWhenTold(source: EventEmitter, end: (signal: StopSignal) => void): () => void {
  for (const signal of SIGNALS) source.on(signal, end);
  return () => {
    for (const signal of SIGNALS) source.off(signal, end);
  };
}

/**
 * Resolves with the reason when this process is told to stop; calls `onSecond` when it is told again. With an IPC channel
 * (`npm start`, several processes) the parent's death counts as well: nobody else would tell us.
 */
export function toldToStop(
  source: EventEmitter,
  onSecond: (signal: StopSignal) => void,
  now: () => number = () => performance.now(),
): Promise<string> {
  return new Promise((resolve) => {
    let toldAt: number | undefined;
    for (const signal of SIGNALS) {
      source.on(signal, () => {
        if (toldAt !== undefined && now() - toldAt > SAME_WISH_MS) onSecond(signal);
        toldAt ??= now();
        resolve(signal);
      });
    }
    source.on('disconnect', () => {
      toldAt ??= now();
      resolve('parent is gone');
    });
  });
}
