const FIRST_PAUSE_MS = 100;
/** A process that falls over again and again must not take the CPU from those that work. */
const LONGEST_PAUSE_MS = 10_000;
/** One that has run for so long did not fall over because of how it was started. */
const RAN_WELL_MS = 60_000;

/**
 * How long to wait before a process that has ended is started again: at first hardly at all, then twice as long each time.
 * @param crashes how often it had ended in a row before @param ranMs how long it ran this time
 * @returns the pause, and how many of those crashes still count
 */
export function pauseBefore(crashes: number, ranMs: number): { readonly ms: number; readonly crashes: number } {
  const counted = ranMs >= RAN_WELL_MS ? 0 : crashes;
  return { ms: Math.min(FIRST_PAUSE_MS * 2 ** counted, LONGEST_PAUSE_MS), crashes: counted };
}
