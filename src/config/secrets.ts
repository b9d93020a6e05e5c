import { readFileSync } from 'node:fs';
import type { SettingError } from './config.errors.js';
import { isMapping, join } from './validate.js';

/**
 * Puts values in the place of `env:NAME` and `file:PATH`, wherever they stand in the file, so that the file itself
 * can be shown to anybody. One trailing newline is dropped: editors and `kubectl` add it.
 */
export function resolveSecrets(value: unknown, env: NodeJS.ProcessEnv, errors: SettingError[], path = ''): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolveSecrets(item, env, errors, join(path, String(i))));
  if (isMapping(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolveSecrets(item, env, errors, join(path, key))]),
    );
  }
  if (typeof value !== 'string') return value;
  if (value.startsWith('env:')) return fromEnvironment(value.slice(4), env, errors, path);
  if (value.startsWith('file:')) return fromFile(value.slice(5), errors, path);
  return value;
}

function fromEnvironment(name: string, env: NodeJS.ProcessEnv, errors: SettingError[], setting: string): string {
  const value = withoutNewline(env[name] ?? '');
  if (!value) errors.push({ setting, message: `the environment variable ${name} is not set` });
  return value;
}

function fromFile(file: string, errors: SettingError[], setting: string): string {
  try {
    return withoutNewline(readFileSync(file, 'utf8'));
  } catch (error) {
    errors.push({ setting, message: `the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})` });
    return '';
  }
}

export const withoutNewline = (text: string): string => text.replace(/\r?\n$/, '');
