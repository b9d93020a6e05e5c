import 'reflect-metadata';
import cluster from 'node:cluster';
import { ConfigError } from './config/config.errors.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { refuseToStart } from './process/refuse-to-start.js';
import { supervise } from './process/supervise.js';
import { makeLogger } from './shared/logger.js';

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuseToStart(error.message);
  }
}

const config = configOrExit();
const logger = makeLogger();
const supervises = config.processes > 1 && cluster.isPrimary;
// Whoever only supervises has no need of the service's code.
const run = supervises ? supervise : (await import('./process/serve.js')).serve;
process.exit(await run(config, logger));
