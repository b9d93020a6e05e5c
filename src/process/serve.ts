import cluster from 'node:cluster';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { createApp } from '../create-app.js';
import { Lifecycle } from '../shared/lifecycle.js';
import { ExitCode } from './exit-code.js';
import { refuseToStart } from './refuse-to-start.js';
import { stop } from './stop.js';
import { toldToStop } from './told-to-stop.js';

/** Runs the service until it is told to stop. @returns the exit code */
export async function serve(config: Config, logger: Logger): Promise<number> {
  // Before all else: who is told to stop while starting must hear it.
  const told = toldToStop(process, (signal) => process.exit(ExitCode.told(signal)));
  const app = await createApp(config, logger);
  await listenOrExit(app, config);
  // Of several processes Node ends each at once when their supervisor is gone, unless it takes that for their own wish.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  const lifecycle = app.get(Lifecycle);
  lifecycle.serve();
  logger.info({ role: config.role, pid: process.pid, address: await app.getUrl() }, 'listening');
  const reason = await told;
  logger.info({ reason }, 'stopping');
  const code = await stop(app, logger, config.drainMs);
  logger.info({ code }, 'stopped');
  return code;
}

/**
 * Connections that have come while the process was busy with others. Of more than that the system drops the first packet, and
 * who sent it waits a second before the next one, then three, then seven. Linux takes no more than `net.core.somaxconn`.
 */
const BACKLOG = 4_096;

/** What only the operating system can know of PORT and HOST. */
async function listenOrExit(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ port, host, backlog: BACKLOG });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') refuseToStart(`PORT: ${port} is in use`);
    if (code === 'EACCES') refuseToStart(`PORT: ${port} is not allowed to this user`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') refuseToStart(`HOST: ${host} is no address of this machine`);
    throw error;
  }
}
