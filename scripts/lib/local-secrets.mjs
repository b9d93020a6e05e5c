// Secrets of the quick start, made once and kept beside its data, so that yesterday's data can be read today.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns {{ PASSLANE_SECRET: string, PASSLANE_DEMO_KEY: string }} */
export function localSecrets(directory) {
  const file = join(directory, 'secrets.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    const secrets = {
      PASSLANE_SECRET: randomBytes(32).toString('base64'),
      PASSLANE_DEMO_KEY: `demo_${randomBytes(18).toString('base64url')}`,
    };
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    return secrets;
  }
}
