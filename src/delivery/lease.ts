import type { Config } from '../config/config.js';

/** Beyond the vendor's time-out, so that only a worker that died or hangs loses its claim. */
const MARGIN_MS = 2_000;

/** How long a worker has one attempt for itself. */
export const leaseFor = (config: Config, account: string): number =>
  (config.accounts.get(account)?.timeout ?? 0) + MARGIN_MS;
