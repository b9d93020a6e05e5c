import { createHmac, hkdfSync } from 'node:crypto';

/** The keys that one secret yields. Each has one use, so that a value made for one never serves another. */
export interface KeySet {
  /** Names the secret in every record, so that records outlive a rotation. Reveals nothing about it. */
  readonly id: string;
  readonly code: Buffer;
  readonly check: Buffer;
  readonly seal: Buffer;
  /** Signs the short-lived tokens of callers. */
  readonly token: Buffer;
}

export interface Keyring {
  /** The key set that new records are written with: the first secret. */
  readonly current: KeySet;
  readonly all: readonly KeySet[];
  /** Hashes addresses and references for lookup. From the *last* secret. */
  readonly lookup: Buffer;
  /** That one, then those of the other secrets: what stands in Redis may have been written while another was the last. */
  readonly lookups: readonly Buffer[];
  /** Authenticates what we put into URLs that providers call back. From the last secret, too. */
  readonly callback: Buffer;
  /** In the order of `lookups`. */
  readonly callbacks: readonly Buffer[];
}

const derive = (secret: Buffer, use: string, bytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `passlane/v1/${use}`, bytes));

/** @param secrets decoded `PASSLANE_SECRET`: the first writes, the last finds; of ≥ 32 bytes. Keys by HKDF (RFC 5869). */
export function makeKeyring(secrets: readonly Buffer[]): Keyring {
  const all = secrets.map((secret) => ({
    id: derive(secret, 'id', 4).toString('hex'),
    code: derive(secret, 'code'),
    check: derive(secret, 'check'),
    seal: derive(secret, 'seal'),
    token: derive(secret, 'token'),
  }));
  const current = all[0];
  // One that writes and finds stands at both ends of the list.
  const fromLast = [...secrets]
    .reverse()
    .filter((secret, i, list) => list.findIndex((one) => one.equals(secret)) === i);
  const lookups = fromLast.map((secret) => derive(secret, 'lookup'));
  const callbacks = fromLast.map((secret) => derive(secret, 'callback'));
  const [[lookup], [callback]] = [lookups, callbacks];
  if (!current || !lookup || !callback) throw new Error('a keyring needs at least one secret');
  return { current, all, lookup, lookups, callback, callbacks };
}

/** The key set that a record names, or undefined when its secret was retired. */
export const keySet = (ring: Keyring, id: string): KeySet | undefined => ring.all.find((set) => set.id === id);

export const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
