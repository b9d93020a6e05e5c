import type { Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { ExitCode } from './exit-code.js';

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly ranMs: number;
  /** It could not even begin, and has said why. */
  readonly refused: boolean;
}

/** The system had no room for it. */
const NOT_STARTED: End = { code: ExitCode.failed, signal: null, ranMs: 0, refused: false };

/** Forks a process. @returns how it ends */
export function endOf(fork: () => Worker, logger: Logger): Promise<End> {
  try {
    return endOfChild(fork(), logger);
  } catch (error) {
    logger.error({ error: (error as Error).message }, 'a process cannot be started');
    return Promise.resolve(NOT_STARTED);
  }
}

function endOfChild(child: Worker, logger: Logger): Promise<End> {
  const startedAt = Date.now();
  let listened = false;
  child.once('listening', () => (listened = true));
  return new Promise((resolve) => {
    child.once('exit', (code: number | null, signal: string | null) => {
      resolve({ code, signal, ranMs: Date.now() - startedAt, refused: !listened && code === ExitCode.failed });
    });
    // One that nobody listens to would end this process, and all the others with it.
    child.on('error', (error: Error) => {
      logger.error({ error: error.message }, 'a process cannot be reached');
      // Then it never exits.
      if (child.process.pid === undefined) resolve(NOT_STARTED);
    });
  });
}
