/** How a process ends, for whoever has started it. 128 + n is the shell's word for "by signal n". */
export const ExitCode = {
  /** All that was running has come to its end. */
  done: 0,
  /** It could not start, or fell over. */
  failed: 1,
  /** Told to stop, and something was given up after the time that it had. */
  gaveUp: 3,
  /** Told twice. */
  told: (signal: 'SIGTERM' | 'SIGINT'): number => 128 + (signal === 'SIGINT' ? 2 : 15),
} as const;
