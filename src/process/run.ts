import 'reflect-metadata';
import cluster from 'node:cluster';
import { ConfigError } from '../config/config.errors.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { makeLogger } from '../shared/logger.js';
import { refuseToStart } from './refuse-to-start.js';
import { supervise } from './supervise.js';

/**
 * What the environment and the file say, or a supervisor of several that do.
 * @param begins is told once there is something that hears signals @returns the exit code
 */
export async function run(begins: () => void): Promise<number> {
  const config = configOrExit();
  const logger = makeLogger();
  const supervises = config.processes > 1 && cluster.isPrimary;
  // Whoever only supervises has no need of the service's code.
  const runs = supervises ? supervise : (await import('./serve.js')).serve;
  const ended = runs(config, logger);
  begins();
  return ended;
}

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuseToStart(error.message);
  }
}
