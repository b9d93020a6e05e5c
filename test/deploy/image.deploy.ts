import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, freshNumber } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/wait.js';
import { Container, type Place } from './support/container.js';
import { Image } from './support/image.js';

/** Debian's packages, `npm ci` and a build, on a machine that may be slow. */
const BUILD_WITHIN_MS = 15 * 60_000;
const START_WITHIN_MS = 60_000;

/** The newest code in the sandbox's inbox. */
async function codeOnPhone(api: Api, to: string): Promise<string | undefined> {
  const { body } = await api.get(`/v1/sandbox/messages?to=${encodeURIComponent(to)}`);
  return (body.data as unknown as { code: string }[])[0]?.code;
}

const skipped = process.env.PASSLANE_SKIP_IMAGE ?? '';
const describeIfPossible = skipped === '' ? describe : describe.skip;

describeIfPossible(`the image${skipped && ` (skipped: ${skipped})`}`, () => {
  const image = new Image();
  const key = randomBytes(24).toString('hex');
  let redis: TestRedis | undefined;
  let place: Place;
  let service: Container | undefined;

  beforeAll(async () => {
    image.build();
    redis = await TestRedis.start();
    // The service is another user there.
    chmodSync(redis.directory, 0o755);
    chmodSync(redis.socket, 0o777);
    place = { root: image.mount(), config: image.config(), shared: redis.directory };
    mkdirSync(join(place.root, 'etc', 'passlane'));
    copyFileSync('deploy/kubernetes/base/passlane.yaml', join(place.root, 'etc', 'passlane', 'passlane.yaml'));
  }, BUILD_WITHIN_MS);

  afterAll(async () => {
    await service?.kill();
    await redis?.stop();
    image.remove();
  }, START_WITHIN_MS);

  it('holds the service, what it needs in production and the list of that, and nothing else', () => {
    const app = join(place.root, 'app');
    expect(existsSync(join(app, 'dist', 'main.js'))).toBe(true);
    const others = [
      'src',
      'test',
      '.npmrc',
      'node_modules/typescript',
      'node_modules/jest',
      'node_modules/@nestjs/cli',
    ];
    expect(others.filter((name) => existsSync(join(app, name)))).toEqual([]);
    const { components } = JSON.parse(readFileSync(join(app, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string; licenses?: unknown[] }[];
    };
    expect(components.find(({ name }) => name === 'fastify')?.licenses).toHaveLength(1);
    expect(components.filter(({ name }) => name === 'typescript')).toEqual([]);
  });

  it('runs as user 10001, without a right and without a place to write to', async () => {
    const look = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const status = readFileSync('/proc/self/status', 'utf8');
      const error = (path) => { try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
      const field = (name) => new RegExp(name + ':\\\\s*(.*)').exec(status)[1];
      console.log(JSON.stringify({ pid: process.pid, uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(),
        rights: field('CapEff'), fixed: field('NoNewPrivs'), tmp: error('/tmp/x'), app: error('/app/x') }));`;
    const container = new Container(place, ['node', '-e', look]);
    expect(await container.exited).toBe(0);
    expect(JSON.parse(container.output)).toEqual({
      pid: 1,
      uid: 10_001,
      gid: 10_001,
      groups: [10_001],
      rights: '0000000000000000',
      fixed: '1',
      tmp: 'EROFS',
      app: expect.stringMatching(/^EROFS|EACCES$/),
    });
  });

  it('answers from there: a code is sent, received and approved', async () => {
    const port = await freePort();
    const health = place.config.Healthcheck.Test.slice(1);
    const env = { PORT: String(port) };
    expect(await new Container(place, health, env).exited).toBe(1);

    service = new Container(place, place.config.Cmd, {
      ...env,
      HOST: '127.0.0.1',
      REDIS_URL: 'unix:///mnt/redis.sock',
      PASSLANE_SECRET: randomBytes(32).toString('base64'),
      SHOP_TEST_KEY: key,
    });
    const url = `http://127.0.0.1:${port}`;
    const isReady = () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => service?.running === false,
      );
    await until('the service to be ready', isReady, START_WITHIN_MS);
    expect(service.running ? '' : service.output).toBe('');
    expect(await new Container(place, health, env).exited).toBe(0);

    expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    const api = new Api(url, key);
    const to = freshNumber();
    const started = await api.start(to);
    expect(started.status).toBe(201);
    const code = await until('the message', () => codeOnPhone(api, to));
    expect((await api.check(started.body.id, code)).body).toMatchObject({ result: 'approved' });

    expect(await service.stop()).toBe(0);
  });
});
