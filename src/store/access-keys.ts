/**
 * Names of what `applications` keeps in Redis, all on one node, so that one script can change a key, its tokens and the
 * lists together. Read on cache misses and by administrators only.
 *
 * | key | holds | lives |
 * |---|---|---|
 * | `pl:{ak}:applications` | `<created>:<id>` of each application (sorted set) | until the last is deleted |
 * | `pl:{ak}:a:<id>` | an application: name, status, created (hash) | until it is deleted |
 * | `pl:{ak}:keys:<application>` | `<created>:<id>` of each of its keys (sorted set) | until the last is revoked |
 * | `pl:{ak}:k:<id>` | a key (hash, fields in scripts/_access.lua) | until 30 days after it is revoked |
 * | `pl:{ak}:t:<hash>` | `<key id>:<version>` of a token | as the key; a rotated one to 30 days after its overlap |
 * | `pl:{ak}:pepper` | what tokens are hashed with, sealed under each secret | as long as the keys |
 */
const PREFIX = 'pl:{ak}:';

export const applicationsKey = `${PREFIX}applications`;
export const pepperKey = `${PREFIX}pepper`;
export const applicationKey = (id: string): string => `${PREFIX}a:${id}`;
export const keysOfKey = (application: string): string => `${PREFIX}keys:${application}`;
export const keyKey = (id: string): string => `${PREFIX}k:${id}`;
export const tokenKey = (hash: string): string => `${PREFIX}t:${hash}`;

/** For so long a token that was taken back is told so, before it is as unknown as any other. */
export const REVOKED_FOR_MS = 30 * 86_400_000;
