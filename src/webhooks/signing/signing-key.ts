import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const SIGNATURES = ['hmac', 'ed25519'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

/** What signs for an endpoint. */
export interface SigningKey {
  readonly kind: SignatureKind;
  /** Base64: of `hmac` the bytes that both sides know, of `ed25519` the private key (PKCS #8). */
  readonly secret: string;
}

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;
/** What comes before the 32 bytes of an Ed25519 public key in its SPKI form (RFC 8410). */
const SPKI_PREFIX_BYTES = 12;

export function newSigningKey(kind: SignatureKind): SigningKey {
  if (kind === 'hmac') return { kind, secret: randomBytes(SECRET_BYTES).toString('base64') };
  const { privateKey } = generateKeyPairSync('ed25519');
  return { kind, secret: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') };
}

const privateKeyOf = (secret: string) =>
  createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' });

/** What the receiver verifies with, as Standard Webhooks writes it: `whsec_…`, or `whpk_…` for Ed25519. */
export function verificationKey({ kind, secret }: SigningKey): string {
  if (kind === 'hmac') return `whsec_${secret}`;
  const spki = createPublicKey(privateKeyOf(secret)).export({ type: 'spki', format: 'der' });
  return `whpk_${spki.subarray(SPKI_PREFIX_BYTES).toString('base64')}`;
}

function signatureOf({ kind, secret }: SigningKey, content: string): string {
  if (kind === 'hmac') {
    return `v1,${createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest('base64')}`;
  }
  return `v1a,${sign(null, Buffer.from(content), privateKeyOf(secret)).toString('base64')}`;
}

/**
 * The headers of Standard Webhooks: one signature for each key, so that a receiver may know the new or the old one
 * while a secret is being rotated.
 * @param now Unix ms: of this attempt, not of the event, since receivers refuse old ones
 */
export function signedHeaders(keys: readonly SigningKey[], id: string, body: string, now: number) {
  const timestamp = String(Math.floor(now / 1_000));
  const content = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => signatureOf(key, content)).join(' '),
  };
}
