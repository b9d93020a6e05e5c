import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { keySet, type Keyring } from './keyring.js';

const SALT = 16;
const TAG = 16;
/** Each message has a key of its own (from its salt), so one nonce for all is right and no message limit applies. */
const NONCE = Buffer.alloc(12);

const messageKey = (sealKey: Buffer, salt: Buffer): Buffer => createHmac('sha256', sealKey).update(salt).digest();

/**
 * AES-256-GCM. The purpose is authenticated: what was sealed as one thing does not open as another.
 * @returns `<key id>.<base64url of salt, ciphertext, tag>`
 */
export function seal(ring: Keyring, purpose: string, text: string): string {
  const salt = randomBytes(SALT);
  const cipher = createCipheriv('aes-256-gcm', messageKey(ring.current.seal, salt), NONCE);
  cipher.setAAD(Buffer.from(purpose));
  const body = Buffer.concat([salt, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${ring.current.id}.${body.toString('base64url')}`;
}

/** @returns the text, or undefined when it was changed, sealed for another purpose, or its secret was retired. */
export function open(ring: Keyring, purpose: string, sealed: string): string | undefined {
  const dot = sealed.indexOf('.');
  const keys = keySet(ring, sealed.slice(0, dot));
  const body = Buffer.from(sealed.slice(dot + 1), 'base64url');
  if (!keys || body.length < SALT + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', messageKey(keys.seal, body.subarray(0, SALT)), NONCE, {
    authTagLength: TAG,
  });
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(body.subarray(-TAG));
  try {
    return decipher.update(body.subarray(SALT, -TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
