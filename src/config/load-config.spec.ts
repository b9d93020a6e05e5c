import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { loadConfig } from './load-config.js';

const SECRET = Buffer.alloc(32, 1).toString('base64');
const HUSH = 'hush-0f3a9c';

describe('loadConfig', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'passlane-config-'));
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
    const file = join(directory, 'passlane.yaml');
    writeFileSync(file, yaml);
    return loadConfig({ PASSLANE_SECRET: SECRET, PASSLANE_CONFIG: file, ...env });
  }

  function fault(yaml: string, env?: NodeJS.ProcessEnv): string {
    try {
      load(yaml, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.message.replace(directory, '');
      throw error;
    }
    return 'none';
  }

  it('puts the environment and the file together, frozen', () => {
    const config = load('accounts: { box: { use: sandbox } }', { PORT: '8080', PASSLANE_ROLE: 'api' });
    expect(config).toMatchObject({ port: 8_080, role: 'api', host: '0.0.0.0', publicUrl: 'http://127.0.0.1:8080' });
    expect(config.accounts.get('box')?.provider.use).toBe('sandbox');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty file, and a public address without its last slash', () => {
    expect(load('', { PASSLANE_PUBLIC_URL: 'https://otp.example.com/base//' }).publicUrl).toBe(
      'https://otp.example.com/base',
    );
  });

  it.each([
    ['a bracket that stays open', `accounts: { ${HUSH}`, 1],
    ['a key that stands twice', `accounts: {}\nroutes: {}\naccounts: { ${HUSH}: 1 }`, 3],
    ['a tab for indentation', `accounts:\n\t${HUSH}: 1`, 2],
    ['two documents', `accounts: {}\n---\n${HUSH}: 1`, 2],
  ])('refuses %s', (_, yaml, line) => {
    expect(fault(yaml)).toBe(`/passlane.yaml: is not valid YAML (line ${line})`);
  });

  it('refuses a tag that it does not know, as the name of a secret would become the secret', () => {
    const yaml = `accounts: {}\nrotes: !env ${HUSH}`;
    expect(fault(yaml)).toBe('/passlane.yaml: has an unknown tag (line 2); secrets are env:NAME or file:PATH');
  });

  it.each([
    ['an alias of nothing', `accounts: *${HUSH}`],
    [
      'aliases that multiply',
      'a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]',
    ],
  ])('refuses %s', (_, yaml) => {
    const found = fault(yaml);
    expect(found).toMatch(/^\/passlane.yaml: is not valid YAML/);
    expect(found).not.toContain(HUSH);
  });

  it('refuses an admin key that is short, or the token of an application as well', () => {
    const yaml = `applications: { shop: { keys: [{ id: a, token: ${HUSH}, mode: live }] } }`;
    expect(load(yaml, { PASSLANE_ADMIN_KEY: 'eight888' }).adminKey).toBe('eight888');
    expect(fault(yaml, { PASSLANE_ADMIN_KEY: 'seven77' })).toMatch(/^PASSLANE_ADMIN_KEY: must be longer than or equal/);
    expect(fault(yaml, { PASSLANE_ADMIN_KEY: HUSH })).toBe(
      'PASSLANE_ADMIN_KEY: is the token of an application as well',
    );
  });

  it('refuses a file that is not there', () => {
    expect(fault('', { PASSLANE_CONFIG: join(directory, 'nowhere.yaml') })).toBe(
      'PASSLANE_CONFIG: the file /nowhere.yaml cannot be read (ENOENT)',
    );
  });
});
