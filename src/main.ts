import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigError } from './config/config.errors.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { createApp } from './create-app.js';
import { makeLogger } from './shared/logger.js';

/** Everything that was running should be done by then; Kubernetes kills at 30 s. */
const STOP_TIMEOUT_MS = 25_000;

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuseToStart(error.message);
  }
}

function refuseToStart(reasons: string): never {
  process.stderr.write(`Passlane cannot start. Please correct:\n${reasons.replace(/^/gm, '  ')}\n`);
  process.exit(1);
}

/** What only the operating system can know of PORT and HOST. */
async function listenOrExit(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') refuseToStart(`PORT: ${port} is in use`);
    if (code === 'EACCES') refuseToStart(`PORT: ${port} is not allowed to this user`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') refuseToStart(`HOST: ${host} is no address of this machine`);
    throw error;
  }
}

const config = configOrExit();
const logger = makeLogger();

const app = await createApp(config, logger);
await listenOrExit(app, config);
logger.info({ role: config.role, address: await app.getUrl() }, 'listening');

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, 'stopping');
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await app.close();
  logger.info('stopped');
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
// With an IPC channel (`npm start`) the parent's death must not leave us behind.
process.on('disconnect', () => void stop('parent is gone'));
