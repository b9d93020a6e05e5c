import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { Counted } from './counted.js';
import { endOf } from './end-of.js';
import { ExitCode } from './exit-code.js';
import { pauseBefore } from './restarts.js';
import { toldToStop } from './told-to-stop.js';

/**
 * Runs `config.processes` services that share the port. One that falls over is started again; one that refuses to start
 * ends all as long as none has started, as the next try would do the same. Later the others are worth more: then the file
 * has been changed, and is set right again. @returns the exit code: the worst of theirs
 */
export async function supervise(config: Config, logger: Logger): Promise<number> {
  const stopping = new AbortController();
  const stopped = (): boolean => stopping.signal.aborted;
  const stopAll = (): void => {
    stopping.abort();
    for (const child of Object.values(cluster.workers ?? {})) child?.process.kill('SIGTERM');
  };
  void toldToStop(process, stopAll).then(stopAll);
  new Counted();
  let begun = false;
  cluster.once('listening', () => (begun = true));

  const keepRunning = async (): Promise<number> => {
    for (let crashes = 0; ; crashes++) {
      const { code, signal, ranMs, refused } = await endOf(() => cluster.fork(), logger);
      if (refused && !begun) stopAll();
      // Ended by the signal itself it had not begun yet.
      if (stopped()) return code ?? (signal === 'SIGTERM' ? ExitCode.done : ExitCode.gaveUp);
      const pause = pauseBefore(crashes, ranMs);
      logger.error({ code, signal, restart_in_ms: pause.ms }, 'a process has ended');
      crashes = pause.crashes;
      await sleep(pause.ms, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopped()) return ExitCode.done;
    }
  };
  return Math.max(...(await Promise.all(Array.from({ length: config.processes }, keepRunning))));
}
