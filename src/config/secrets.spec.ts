import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SettingError } from './config.errors.js';
import { resolveSecrets } from './secrets.js';

describe('resolveSecrets', () => {
  let directory: string;
  const env = { KEY: 'the-key\n', EMPTY: '', NEWLINE: '\n' };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'passlane-secrets-'));
    for (const [name, text] of Object.entries({
      plain: 'a',
      unix: 'b\n',
      windows: 'c\r\n',
      two: 'd\n\n',
      blank: ' e ',
    })) {
      writeFileSync(join(directory, name), text);
    }
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function resolve(value: unknown): { value: unknown; errors: SettingError[] } {
    const errors: SettingError[] = [];
    return { value: resolveSecrets(value, env, errors), errors };
  }

  it('puts values in the place of env: at any depth', () => {
    const { value, errors } = resolve({
      a: 'env:KEY',
      b: [{ c: 'env:KEY' }, 'plain'],
      d: 7,
      e: null,
      f: 'see env:KEY',
    });
    expect(value).toEqual({ a: 'the-key', b: [{ c: 'the-key' }, 'plain'], d: 7, e: null, f: 'see env:KEY' });
    expect(errors).toEqual([]);
  });

  it('reads files, without the newline that editors add', () => {
    const files = ['plain', 'unix', 'windows', 'two', 'blank'].map((name) => `file:${join(directory, name)}`);
    expect(resolve(files)).toEqual({ value: ['a', 'b', 'c', 'd\n', ' e '], errors: [] });
  });

  it.each(['NOBODY', 'EMPTY', 'NEWLINE'])('says where the missing variable %s is asked for', (name) => {
    const { errors } = resolve({ accounts: { main: { settings: { keys: ['x', `env:${name}`] } } } });
    expect(errors).toEqual([
      { setting: 'accounts.main.settings.keys.1', message: `the environment variable ${name} is not set` },
    ]);
  });

  it('says where a missing file is asked for, and why it cannot be read', () => {
    const missing = join(directory, 'missing');
    expect(resolve({ token: `file:${missing}`, other: `file:${directory}` }).errors).toEqual([
      { setting: 'token', message: `the file ${missing} cannot be read (ENOENT)` },
      { setting: 'other', message: `the file ${directory} cannot be read (EISDIR)` },
    ]);
  });

  it('does not look for more in what it has found', () => {
    expect(resolveSecrets('env:TWICE', { TWICE: 'env:KEY', KEY: 'the-key' }, [])).toBe('env:KEY');
  });
});
