import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Lifecycle } from '../shared/lifecycle.js';
import { ExitCode } from './exit-code.js';

/** With the five seconds of draining below the 25 s after which nobody should still wait for a process. */
const FINISH_WITHIN_MS = 19_000;
/**
 * Longer than any answer of ours takes. A closing server no longer times out who has sent half a request, or none at all:
 * they would take the time that deliveries need.
 */
const REQUESTS_WITHIN_MS = 5_000;

/**
 * Not ready at once, but serving on until load balancers know; then no new connection, no new claim, and an end for what
 * runs. @returns the exit code
 */
export async function stop(app: NestFastifyApplication, logger: Logger, drainMs: number): Promise<number> {
  const lifecycle = app.get(Lifecycle);
  const wasServing = lifecycle.state === 'serving';
  lifecycle.drain();
  if (wasServing) await sleep(drainMs);
  const late = sleep(FINISH_WITHIN_MS, 'late' as const, { ref: false });
  const outcome = await Promise.race([finish(app, logger), late]);
  if (outcome === 'done') return ExitCode.done;
  logger.error({ outcome }, 'gave up what was running');
  return ExitCode.gaveUp;
}

/** Requests before deliveries: what is answered last may still bring a delivery about. */
async function finish(app: NestFastifyApplication, logger: Logger): Promise<'done' | 'failed'> {
  const fastify = app.getHttpAdapter().getInstance();
  const hangUp = setTimeout(() => {
    fastify.server.closeAllConnections();
  }, REQUESTS_WITHIN_MS);
  try {
    await fastify.close();
    clearTimeout(hangUp);
    await app.close();
    return 'done';
  } catch (error) {
    logger.error({ error: (error as Error).message }, 'stopping failed');
    return 'failed';
  }
}
