import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { newSigningKey, signedHeaders, verificationKey } from './signing-key.js';

const ID = 'evt_1_1';
const BODY = '{"id":"evt_1_1","type":"verification.approved"}';
const now = () => Date.now();

/** The official verifier, which throws when it refuses. */
const accepts = (key: string, body: string, headers: Record<string, string>): boolean => {
  try {
    new Webhook(key).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

describe('a webhook signed with HMAC-SHA256', () => {
  const key = newSigningKey('hmac');
  const known = verificationKey(key);
  const headers = signedHeaders([key], ID, BODY, now());

  it('is accepted by the official verifier', () => {
    expect(known).toMatch(/^whsec_/);
    expect(Buffer.from(known.split('_')[1]!, 'base64')).toHaveLength(32);
    expect(accepts(known, BODY, headers)).toBe(true);
  });

  it.each<[string, string, Record<string, string>]>([
    ['body', `${BODY} `, headers],
    ['id', BODY, { ...headers, 'webhook-id': 'evt_1_2' }],
    ['timestamp', BODY, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) }],
    ['signature', BODY, { ...headers, 'webhook-signature': headers['webhook-signature'].replace(/.{6}$/, 'AAAAA=') }],
  ])('is refused with another %s', (_, body, changed) => {
    expect(accepts(known, body, changed)).toBe(false);
  });

  it('is refused with another secret, and when it is stale or from the future', () => {
    expect(accepts(verificationKey(newSigningKey('hmac')), BODY, headers)).toBe(false);
    for (const minutes of [-6, 6]) {
      expect(accepts(known, BODY, signedHeaders([key], ID, BODY, now() + minutes * 60_000))).toBe(false);
    }
  });

  it('is accepted by the holders of the new and of the old secret while both sign', () => {
    const old = newSigningKey('hmac');
    const both = signedHeaders([key, old], ID, BODY, now());
    expect(accepts(known, BODY, both)).toBe(true);
    expect(accepts(verificationKey(old), BODY, both)).toBe(true);
    expect(accepts(verificationKey(newSigningKey('hmac')), BODY, both)).toBe(false);
  });
});

describe('a webhook signed with Ed25519', () => {
  const key = newSigningKey('ed25519');
  const headers = signedHeaders([key], ID, BODY, now());

  /** As the specification of Standard Webhooks says; its library for JavaScript knows HMAC only. */
  const accepts = (known: string, body: string): boolean => {
    const x = Buffer.from(known.slice('whpk_'.length), 'base64').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
    const [version, signature = ''] = headers['webhook-signature'].split(',');
    return version === 'v1a' && verify(null, content, publicKey, Buffer.from(signature, 'base64'));
  };

  it('is accepted by who has the public key, and by no other', () => {
    expect(verificationKey(key)).toMatch(/^whpk_/);
    expect(accepts(verificationKey(key), BODY)).toBe(true);
    expect(accepts(verificationKey(key), `${BODY} `)).toBe(false);
    expect(accepts(verificationKey(newSigningKey('ed25519')), BODY)).toBe(false);
  });
});
