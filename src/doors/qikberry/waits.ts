import { bounds } from '../../config/bounds.js';
import type { Channel } from '../../providers/contract.js';

interface Entry {
  readonly channel: Channel;
  readonly wait?: number | null;
}

/**
 * Seconds of each channel, in their order. Where none are given: 30, and a minute on both sides of a call, because the
 * platform's rule can be read of the call's own wait and of the next channel's.
 */
export const waitsOf = (entries: readonly Entry[]): number[] =>
  entries.map(
    ({ wait }, i) => wait ?? (isCall(entries[i]) || isCall(entries[i - 1]) ? bounds.afterVoice : bounds.wait.default),
  );

/** Places of channels that follow a call and do not wait for a minute. */
export const tooSoonAfterCall = (entries: readonly Entry[]): number[] =>
  entries.flatMap(({ wait }, i) =>
    isCall(entries[i - 1]) && (wait ?? bounds.afterVoice) < bounds.afterVoice ? [i] : [],
  );

export const isCall = (entry: Entry | undefined): boolean => entry?.channel === 'voice';
