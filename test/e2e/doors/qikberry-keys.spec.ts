import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { makeKeyring } from '../../../src/codes/keyring.js';
import { Admin, ADMIN_KEY } from '../../support/admin.js';
import { freshDigits, OpenDoors, Platform, type PlatformAnswer } from '../../support/platform-door.js';
import { LIVE_KEY, SECRET } from '../../support/service.js';

let doors: OpenDoors;
let api: Platform;
let admin: Admin;
let application: string;
/** One that can be searched for. */
let id: string;

beforeAll(async () => {
  doors = await OpenDoors.start({}, { PASSLANE_ADMIN_KEY: ADMIN_KEY });
  api = doors.as();
  admin = new Admin(doors.service);
  application = await admin.application('door');
  const to = freshDigits();
  id = (await api.send(to)).body.id;
  await doors.message(id, to);
});

afterAll(() => doors.stop());

const stranger = (): Platform => new Platform(doors.service.url, undefined);
const use = (key: string): Promise<PlatformAnswer> => doors.as(key).get('auth/me');
const messages = (): number => doors.gateway.received.length;

/** A token as the service makes them, but over. */
function expiredToken(): Promise<string> {
  const { id: kid, token } = makeKeyring([Buffer.from(SECRET, 'base64')]).current;
  return new SignJWT({ app: 'shop', ver: 'any' })
    .setProtectedHeader({ alg: 'HS256', kid })
    .setIssuer('passlane')
    .setAudience('passlane')
    .setSubject('shop-live')
    .setExpirationTime(Math.floor(Date.now() / 1_000) - 1)
    .sign(token);
}

describe('keys', () => {
  it('A1 come as bearer tokens, and nothing is sent without one', async () => {
    const before = messages();
    const { status, body } = await stranger().send(freshDigits());
    expect([status, body.code, body.status]).toEqual([401, 401, 'Unauthenticated']);
    expect(messages()).toBe(before);
    expect((await api.send(freshDigits())).status).toBe(200);
  });

  it('A2 or as access_token in the query', async () => {
    expect((await stranger().get(`verify/search/${id}?access_token=${LIVE_KEY}`)).body.id).toBe(id);
    expect((await stranger().get(`verify/search/${id}?access_token=not_${LIVE_KEY}`)).status).toBe(401);
    // The native API has no such way.
    expect((await fetch(`${doors.service.url}/v1/verifications?access_token=${LIVE_KEY}`)).status).toBe(401);
  });

  it('A3 or as X-API-Key, or as api_key in the query', async () => {
    const path = `verify/search/${id}`;
    expect((await stranger().request('GET', path, undefined, { 'x-api-key': LIVE_KEY })).status).toBe(200);
    expect((await stranger().get(`${path}?api_key=${LIVE_KEY}`)).status).toBe(200);
    const { status, body } = await stranger().get(path);
    expect(status).toBe(401);
    for (const way of ['Authorization: Bearer', 'X-API-Key', 'access_token', 'api_key']) {
      expect(body.message).toContain(way);
    }
  });

  it('A4 tell whose they are', async () => {
    const mine = await api.get('auth/me');
    expect([mine.status, mine.body]).toEqual([
      200,
      {
        status: 'OK',
        code: 200,
        message: 'OK',
        data: { id: 'shop-live', name: 'shop-live', application: 'shop', mode: 'live' },
      },
    ]);
    const made = await admin.key(application, { name: 'till 7', scopes: ['webhooks'] });
    expect((await use(made.token)).body.data).toMatchObject({ id: made.id, name: 'till 7', application });
    expect((await use('not_a_key_of_anybody')).status).toBe(401);
  });

  it('A5 make short-lived tokens', async () => {
    const { status, body } = await api.get('/v3/auth/token/generate');
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        token_type: 'bearer',
        expires_in: 3_600,
      },
    ]);
    expect((await doors.as(body.access_token).get(`verify/search/${id}`)).status).toBe(200);
    expect((await stranger().get('/v3/auth/token/generate')).status).toBe(401);
  });

  it('A6 which make others while they live', async () => {
    const first = (await api.get('/v3/auth/token/generate')).body.access_token;
    const { status, body } = await doors.as(first).get('/v3/auth/token/refresh');
    expect(status).toBe(200);
    expect(body.access_token).not.toBe(first);
    expect((await doors.as(body.access_token).get(`verify/search/${id}`)).status).toBe(200);
    expect((await doors.as(await expiredToken()).get('/v3/auth/token/refresh')).status).toBe(401);
  });

  it('A7 and end', async () => {
    const { status, body } = await doors.as(await expiredToken()).get(`verify/search/${id}`);
    expect([status, body.message]).toEqual([401, expect.stringContaining('expired') as unknown]);
  });

  it('A8 live for a year at most, and are revoked and replaced', async () => {
    const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    const path = `/v1/applications/${application}/keys`;
    for (const days of [0, 366]) {
      const body = { mode: 'live', scopes: ['verifications'], expires_at: inDays(days) };
      expect((await admin.api.post(path, body)).status).toBe(422);
    }
    const key = await admin.key(application, { expires_at: inDays(3) });
    expect((await use(key.token)).status).toBe(200);
    const next = await admin.rotate(application, key.id, { overlap: 0 });
    expect([(await use(key.token)).status, (await use(next.token)).status]).toEqual([401, 200]);
    await admin.revoke(application, key.id);
    expect((await use(next.token)).status).toBe(401);
  });

  it('A9 may be bound to addresses', async () => {
    const before = messages();
    const far = await admin.key(application, { ip_ranges: ['10.0.0.0/8', '192.0.2.1'] });
    expect((await doors.as(far.token).send(freshDigits())).status).toBe(403);
    expect(messages()).toBe(before);
    const near = await admin.key(application, { ip_ranges: ['127.0.0.1'] });
    expect((await doors.as(near.token).send(freshDigits())).status).toBe(200);
  });
});
