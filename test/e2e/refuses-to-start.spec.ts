import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/processes.js';
import { freePort } from '../support/ports.js';
import { configuration, httpAccount, LIVE_KEY, SECRET, spawnService } from '../support/service.js';

/** Stands where a secret might, and must never be printed. */
const HUSH = 'hush-0f3a9c-and-more';

/** What is wrong is found before Redis is looked for. */
const NO_REDIS = 'redis://127.0.0.1:9';

type Config = Record<string, unknown>;

describe('the service refuses to start', () => {
  const valid = (extra: Config = {}): Config => configuration({ gateway: httpAccount('http://127.0.0.1:9') }, extra);
  const withKey = (change: Config): Config =>
    valid({ applications: { shop: { keys: [{ id: 'shop-1', token: LIVE_KEY, mode: 'live', ...change }] } } });

  /** Runs it to its end, which must come by itself. @returns what it has printed */
  async function refusal(config: Config, env: Record<string, string> = {}): Promise<string> {
    const child = spawnService({ redisUrl: NO_REDIS, config, env, port: await freePort() });
    const killer = setTimeout(() => {
      child.signal('SIGKILL');
    }, 20_000);
    const code = await child.exited;
    clearTimeout(killer);
    expect({ code, output: child.output }).toEqual({ code: 1, output: expect.any(String) as unknown });
    expect(child.output).not.toMatch(/^\s+at .+:\d+|node:internal|\.[jt]s:\d+/m);
    for (const secret of [HUSH, LIVE_KEY, SECRET]) expect(child.output).not.toContain(secret);
    return child.output;
  }

  /** A file that is written as it stands. */
  function fileOf(text: string): Record<string, string> {
    const file = join(temporaryDirectory(), 'broken.yaml');
    writeFileSync(file, text);
    return { PASSLANE_CONFIG: file };
  }

  it.concurrent.each<[string, string, () => Config]>([
    ['an unknown section', 'acounts: is not a known setting', () => valid({ acounts: { x: HUSH } })],
    [
      'an unknown key of an account',
      'accounts.gateway.settings.idpath: is not a known setting',
      () => ({ ...configuration({ gateway: httpAccount('http://127.0.0.1:9', {}, { idpath: HUSH }) }) }),
    ],
    [
      'a route to an unknown account',
      'routes.sms.default: names the account elsewhere, which accounts does not have',
      () => valid({ routes: { sms: { default: ['elsewhere'] } } }),
    ],
    [
      'a missing env: value',
      'applications.shop.keys.0.token: the environment variable SHOP_KEY is not set',
      () => withKey({ token: 'env:SHOP_KEY' }),
    ],
    [
      'a missing file: value',
      'applications.shop.keys.0.token: the file /nowhere/key cannot be read (ENOENT)',
      () => withKey({ token: 'file:/nowhere/key' }),
    ],
    [
      'a profile that breaks a rule',
      'profiles.shop/login.channels.0.wait: must be at least 60',
      () => valid({ profiles: { 'shop/login': { channels: [{ channel: 'voice', wait: 59 }, { channel: 'sms' }] } } }),
    ],
    [
      'a step without an account',
      'profiles.shop/login.channels.0: no account can be used for rcs',
      () => valid({ profiles: { 'shop/login': { channels: [{ channel: 'rcs' }] } } }),
    ],
    ['a proxy range that is none', 'trusted_proxies: must hold', () => valid({ trusted_proxies: ['10.0.0.0/33'] })],
  ])('with %s', async (_, line, config) => {
    expect(await refusal(config())).toContain(`  ${line}`);
  });

  it.concurrent.each<[string, string, Record<string, string>]>([
    [
      'a short secret',
      'PASSLANE_SECRET: must be at least 32 bytes',
      { PASSLANE_SECRET: randomBytes(31).toString('base64') },
    ],
    [
      'a short secret beside a long one',
      'PASSLANE_SECRET: must be at least 32 bytes',
      { PASSLANE_SECRET: `${SECRET},c2hvcnQ=` },
    ],
    ['no secret', 'PASSLANE_SECRET: must be set', { PASSLANE_SECRET: '' }],
    ['a Redis whose password is not encoded', 'REDIS_URL: must be redis://', { REDIS_URL: `redis://:${HUSH}#1@redis` }],
    ['a port that is none', 'PORT: must be an integer', { PORT: HUSH }],
    ['a port too high', 'PORT: must not be greater than 65535', { PORT: '65536' }],
    [
      'a missing file',
      'PASSLANE_CONFIG: the file /nowhere/passlane.yaml cannot be read',
      { PASSLANE_CONFIG: '/nowhere/passlane.yaml' },
    ],
  ])('with %s in the environment', async (_, line, env) => {
    expect(await refusal(valid(), env)).toContain(line);
  });

  it.concurrent.each([
    ['an open bracket', `accounts: {\n  a: "${HUSH}"\n`],
    ['an alias of nothing', `accounts: *${HUSH}`],
  ])('with a file that holds %s', async (_, text) => {
    expect(await refusal({}, fileOf(text))).toMatch(/broken\.yaml: is not valid YAML \(.+\)/);
  });

  it.concurrent('with a file that holds a list', async () => {
    expect(await refusal({}, fileOf(`- ${HUSH}`))).toContain('configuration file: must be a mapping');
  });

  it.concurrent('and names everything that is wrong at once', async () => {
    const output = await refusal(valid({ routes: { fax: {}, sms: { default: ['elsewhere', 'nowhere'] } } }));
    expect(output.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(3);
  });

  it.concurrent('on a port that somebody else has', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const output = await refusal(valid(), { PORT: String(port) });
      expect(output).toContain(`PORT: ${port} is in use`);
    } finally {
      other.close();
    }
  });
});
