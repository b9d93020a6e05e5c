import { plainToInstance } from 'class-transformer';
import { IsBase64, IsIn, IsInt, IsNumber, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { bounds } from './bounds.js';
import { ConfigError } from './config.errors.js';
import { HEADER_HELP, HEADER_SIGNS } from './file.schema.js';
import { withoutNewline } from './secrets.js';
import { settingErrors } from './validate.js';

const MIN_SECRET_BYTES = 32;

/** What the environment may set (design §2). Every name is listed here and read nowhere else. */
export class Environment {
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT: number = 3000;

  @IsString()
  HOST: string = '0.0.0.0';

  /** `redis-url.ts` reads the rest of it. */
  @Matches(/^(rediss?(\+sentinel|\+cluster)?|unix):\/\//, {
    message: 'must start with redis://, rediss:// or unix://, redis+sentinel:// or redis+cluster://',
  })
  REDIS_URL: string = 'redis://127.0.0.1:6379';

  @IsString()
  PASSLANE_CONFIG: string = 'config/passlane.yaml';

  /** Base64, ≥ 32 bytes each; comma-separated while rotating, the first one writes. */
  @IsString({ message: 'must be set: base64 of at least 32 random bytes (openssl rand -base64 32)' })
  PASSLANE_SECRET: string;

  @IsIn(['all', 'api', 'worker'])
  PASSLANE_ROLE: 'all' | 'api' | 'worker' = 'all';

  /** Services on this machine that share the port; one for each core that it may use. */
  @IsInt()
  @Min(1)
  @Max(64)
  PASSLANE_PROCESSES: number = 1;

  /** Seconds in which a process that was told to stop serves on, so that load balancers learn of it. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(300)
  PASSLANE_DRAIN_SECONDS?: number;

  @IsOptional()
  @Matches(/^https?:\/\/[^\s/]+/, { message: 'must start with http:// or https://' })
  PASSLANE_PUBLIC_URL?: string;

  /** Opens the admin API, and nothing else. */
  @IsOptional()
  @MinLength(bounds.token)
  @Matches(HEADER_SIGNS, HEADER_HELP)
  PASSLANE_ADMIN_KEY?: string;

  /** OpenTelemetry's own names (https://opentelemetry.io/docs/languages/sdk-configuration). Its exporter reads more of them. */
  @IsOptional()
  @Matches(/^https?:\/\/[^\s/]+/, { message: 'must start with http:// or https://' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @IsNumber()
  @Min(0)
  @Max(1)
  OTEL_TRACES_SAMPLER_ARG: number = 1;
}

class SecretText {
  @IsBase64({}, { message: 'is not base64' })
  PASSLANE_SECRET: string;
}

/** What has no default has no place in a new object. */
const WITHOUT_DEFAULT = [
  'PASSLANE_SECRET',
  'PASSLANE_PUBLIC_URL',
  'PASSLANE_ADMIN_KEY',
  'PASSLANE_DRAIN_SECONDS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];
const WHOLE = /^\d+$/;
const NUMBERS = {
  PORT: WHOLE,
  PASSLANE_PROCESSES: WHOLE,
  PASSLANE_DRAIN_SECONDS: WHOLE,
  OTEL_TRACES_SAMPLER_ARG: /^\d+(\.\d+)?$/,
};

/** @throws ConfigError naming each wrong variable */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const known = Object.keys(new Environment()).concat(WITHOUT_DEFAULT);
  const given = Object.fromEntries(
    known.flatMap((name) => {
      const value = withoutNewline(env[name] ?? '');
      return value === '' ? [] : [[name, value]];
    }),
  );
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).flatMap(([name, form]) => {
      const text = given[name];
      return text === undefined ? [] : [[name, form.test(text) ? Number(text) : Number.NaN]];
    }),
  );
  const environment = plainToInstance(Environment, { ...given, ...numbers });
  const errors = settingErrors(environment, '');
  if (errors.length > 0) throw new ConfigError(errors);
  return environment;
}

/** @throws ConfigError when one is no base64 or too short */
export function decodeSecrets(list: string): Buffer[] {
  return list.split(',').map((text) => {
    const candidate = plainToInstance(SecretText, { PASSLANE_SECRET: text.trim() });
    const errors = settingErrors(candidate, '');
    const secret = Buffer.from(text, 'base64');
    if (errors.length === 0 && secret.length < MIN_SECRET_BYTES) {
      errors.push({ setting: 'PASSLANE_SECRET', message: `must be at least ${MIN_SECRET_BYTES} bytes, base64` });
    }
    if (errors.length > 0) throw new ConfigError(errors);
    return secret;
  });
}
