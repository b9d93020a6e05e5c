import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { makeKeyring, type KeySet } from '../../src/codes/keyring.js';
import { Admin, ADMIN_KEY, expectRefused, tokenFor, type MadeKey } from '../support/admin.js';
import type { Answer } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, SECRET, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const NEW_SECRET = randomBytes(32).toString('base64');
const keysOf = (secret: string): KeySet => makeKeyring([Buffer.from(secret, 'base64')]).current;

let redis: TestRedis;
let service: Service;
/** As after the first half of a rotation of the secret. */
let second: Service;
let admin: Admin;
let application: string;

beforeAll(async () => {
  redis = await TestRedis.start();
  const config = configuration({});
  const env = { PASSLANE_ADMIN_KEY: ADMIN_KEY };
  service = await Service.start({ redisUrl: redis.url, config, env });
  const rotating = { ...env, PASSLANE_SECRET: `${NEW_SECRET},${SECRET}`, PASSLANE_ROLE: 'api' };
  second = await Service.start({ redisUrl: redis.url, config, env: rotating });
  admin = new Admin(service);
  application = await admin.application('tokens');
});

afterAll(async () => {
  await service.stop();
  await second.stop();
  await redis.stop();
});

const use = (token: string, at = service): Promise<Answer> => at.as(token).get('/v1/verifications?limit=1');

async function made(id: string, token: string, at = service): Promise<string> {
  const answer = await tokenFor(at, id, token);
  const body = (await answer.json()) as { access_token: string };
  expect([answer.status, body]).toEqual([
    200,
    { access_token: expect.any(String) as unknown, token_type: 'Bearer', expires_in: 3_600 },
  ]);
  return body.access_token;
}

describe('a token', () => {
  it('is made by HTTP Basic, for keys of the file and of the API, and is not to be stored', async () => {
    const key = await admin.key(application);
    for (const [id, token] of [
      [key.id, key.token],
      ['shop-live', LIVE_KEY],
    ] as const) {
      expect((await tokenFor(service, id, token)).headers.get('cache-control')).toBe('no-store');
      const jwt = await made(id, token);
      for (let i = 0; i < 2; i++) expect((await use(jwt)).status).toBe(200);
      expect((await use(jwt, second)).status).toBe(200);
      expect((await service.as(jwt).get('/v1/applications')).body.code).toBe('forbidden');
    }
  });

  it('is not made for a wrong id, a wrong token, another token, or nothing', async () => {
    const key = await admin.key(application);
    const codeFor = async (id: string, token: string): Promise<string> => {
      const answer = await tokenFor(service, id, token);
      expect(answer.status).toBe(401);
      return ((await answer.json()) as { code: string }).code;
    };
    expect(await codeFor('shop-live', key.token)).toBe('unauthorized');
    expect(await codeFor(key.id, LIVE_KEY)).toBe('unauthorized');
    expect(await codeFor(key.id, `${key.token.slice(0, -1)}~`)).toBe('unauthorized');
    expect(await codeFor(key.id, await made(key.id, key.token))).toBe('unauthorized');
    const bare = await fetch(`${service.url}/v1/token`, { method: 'POST' });
    const bearer = await service.as(key.token).post('/v1/token');
    expect([bare.status, bearer.status]).toEqual([401, 401]);
  });

  it('ends with its key: revoked, rotated away, from another address, expired', async () => {
    const jwtOf = ({ id, token }: MadeKey): Promise<string> => made(id, token);
    const revoked = await admin.key(application);
    const ofRevoked = await jwtOf(revoked);
    expect((await use(ofRevoked, second)).status).toBe(200);
    await admin.revoke(application, revoked.id);
    expectRefused(await use(ofRevoked), 401, 'key_revoked');
    await until('the second process to hear of it', async () => (await use(ofRevoked, second)).status === 401);

    const rotated = await admin.key(application);
    const ofOld = await jwtOf(rotated);
    const ofNew = await jwtOf(await admin.rotate(application, rotated.id));
    expect((await use(ofOld)).status).toBe(200);
    await admin.rotate(application, rotated.id, { overlap: 0 });
    expectRefused(await use(ofOld), 401, 'key_revoked');
    expectRefused(await use(ofNew), 401, 'key_revoked');

    const elsewhere = await admin.key(application, { ip_ranges: ['10.0.0.0/8'] });
    expect((await tokenFor(service, elsewhere.id, elsewhere.token)).status).toBe(403);
    const forged = await sign({ sub: elsewhere.id, ver: '1' });
    expectRefused(await use(forged), 403, 'ip_not_allowed');
  });

  it('of a key of the file ends when that key gets another token', async () => {
    const jwt = await sign({ sub: 'shop-live', app: 'shop', ver: 'of-another' });
    expectRefused(await use(jwt), 401, 'unauthorized');
  });

  it('of a new secret is good wherever that is known, and the old one everywhere', async () => {
    const key = await admin.key(application);
    const [old, fresh] = [await made(key.id, key.token), await made(key.id, key.token, second)];
    expect((await use(old, second)).status).toBe(200);
    expect((await use(fresh, second)).status).toBe(200);
    expectRefused(await use(fresh), 401, 'unauthorized');
  });
});

interface Forgery {
  readonly sub?: string;
  readonly app?: string;
  readonly ver?: string;
  readonly alg?: string;
  readonly kid?: string;
  readonly iss?: string;
  readonly aud?: string;
  readonly exp?: number;
  readonly key?: Uint8Array;
}

/** Right in everything that is not given. */
function sign({ sub = 'shop-live', app = application, ver = '1', alg = 'HS256', ...more }: Forgery): Promise<string> {
  const { id, token } = keysOf(SECRET);
  return new SignJWT({ app, ver })
    .setProtectedHeader({ alg, kid: more.kid ?? id })
    .setIssuer(more.iss ?? 'passlane')
    .setAudience(more.aud ?? 'passlane')
    .setSubject(sub)
    .setExpirationTime(more.exp ?? Math.floor(Date.now() / 1_000) + 600)
    .sign(more.key ?? token);
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('A7: a forged or stale token is refused', () => {
  let key: MadeKey;
  beforeAll(async () => {
    key = await admin.key(application);
    expect((await use(await sign({ sub: key.id }))).status).toBe(200);
  });

  it.each<[string, string, () => Promise<string> | string]>([
    ['expired', 'token_expired', () => sign({ sub: key.id, exp: Math.floor(Date.now() / 1_000) - 1 })],
    ['with a wrong key', 'unauthorized', () => sign({ sub: key.id, key: randomBytes(32) })],
    ['with a key of ours for another use', 'unauthorized', () => sign({ sub: key.id, key: keysOf(SECRET).check })],
    ['of a secret that is not ours', 'unauthorized', () => sign({ sub: key.id, kid: keysOf(NEW_SECRET).id })],
    ['for another audience', 'unauthorized', () => sign({ sub: key.id, aud: 'elsewhere' })],
    ['of another issuer', 'unauthorized', () => sign({ sub: key.id, iss: 'elsewhere' })],
    ['of another algorithm', 'unauthorized', () => sign({ sub: key.id, alg: 'HS512', key: randomBytes(64) })],
    ['of an unknown key', 'unauthorized', () => sign({ sub: 'nobody' })],
    [
      'with alg none',
      'unauthorized',
      async () => {
        const [, payload = ''] = (await sign({ sub: key.id })).split('.');
        return `${encode({ alg: 'none', kid: keysOf(SECRET).id })}.${payload}.`;
      },
    ],
    [
      'with another payload',
      'unauthorized',
      async () => {
        const [header = '', , signature = ''] = (await sign({ sub: key.id })).split('.');
        const exp = Math.floor(Date.now() / 1_000) + 600;
        const claims = { iss: 'passlane', aud: 'passlane', app: 'shop', sub: key.id, ver: '2', exp };
        return `${header}.${encode(claims)}.${signature}`;
      },
    ],
  ])('%s', async (_, code, forge) => {
    expectRefused(await use(await forge()), 401, code);
  });
});
