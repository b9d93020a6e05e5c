import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type YAMLError, type YAMLWarning } from 'yaml';
import { ConfigError } from './config.errors.js';
import type { Config } from './config.js';
import { decodeSecrets, readEnvironment, type Environment } from './environment.js';
import { loadFile } from './load-file.js';
import { parseRedisUrl } from './redis-url.js';

/**
 * The whole configuration, checked: environment and YAML file in one frozen object.
 * @throws ConfigError with a line for each wrong setting, before anything listens
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const environment = readEnvironment(env);
  const secrets = decodeSecrets(environment.PASSLANE_SECRET);
  const sections = loadFile(readYaml(environment.PASSLANE_CONFIG), env);
  return Object.freeze({
    ...sections,
    host: environment.HOST,
    port: environment.PORT,
    role: environment.PASSLANE_ROLE,
    processes: environment.PASSLANE_PROCESSES,
    drainMs: (environment.PASSLANE_DRAIN_SECONDS ?? drainSeconds(environment.PASSLANE_ROLE)) * 1_000,
    redis: parseRedisUrl(environment.REDIS_URL),
    publicUrl: (environment.PASSLANE_PUBLIC_URL ?? `http://127.0.0.1:${environment.PORT}`).replace(/\/+$/, ''),
    traces: traces(environment),
    adminKey: adminKey(environment.PASSLANE_ADMIN_KEY, sections.applications),
    secrets,
  });
}

const traces = ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio }: Environment) =>
  endpoint === undefined ? undefined : { endpoint: endpoint.replace(/\/+$/, ''), ratio };

/** Load balancers ask every few seconds. Nobody sends requests to a worker. */
const drainSeconds = (role: Config['role']): number => (role === 'worker' ? 0 : 5);

/** @throws ConfigError when an application has the same token: whose call it is would be a matter of luck */
function adminKey(token: string | undefined, applications: Config['applications']): string | undefined {
  const tokens = [...applications.values()].flatMap(({ keys }) => keys.map((key) => key.token));
  if (token === undefined || !tokens.includes(token)) return token;
  throw new ConfigError([{ setting: 'PASSLANE_ADMIN_KEY', message: 'is the token of an application as well' }]);
}

function readYaml(path: string): unknown {
  const lines = new LineCounter();
  // "Pretty" errors quote the file, and with it what may be a secret.
  const document = parseDocument(readText(path), { prettyErrors: false, lineCounter: lines });
  const lineOf = ({ pos }: YAMLError | YAMLWarning) => `(line ${lines.linePos(pos[0]).line})`;
  const [error] = document.errors;
  if (error) throw notYaml(path, lineOf(error));
  // What stands behind a tag that nobody knows would be a value: with `!env KEY` the secret would be KEY.
  const [warning] = document.warnings;
  if (warning) throw wrong(path, `has an unknown tag ${lineOf(warning)}; secrets are env:NAME or file:PATH`);
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    throw notYaml(path, '(an alias leads nowhere, or there are too many)');
  }
}

const wrong = (setting: string, message: string) => new ConfigError([{ setting, message }]);
const notYaml = (path: string, where: string) => wrong(path, `is not valid YAML ${where}`);

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ConfigError([{ setting: 'PASSLANE_CONFIG', message: `the file ${path} cannot be read (${code})` }]);
  }
}
