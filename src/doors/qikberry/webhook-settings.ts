import type { DialectSettings } from '../../webhooks/dialect.js';

export const DIALECT = 'message-status';
/** The platform's figure: after the third it gives up. */
export const ATTEMPTS = 3;

export interface Subscription {
  readonly id: number;
  readonly event: string;
  readonly identity: string;
  /** RFC 3339. */
  readonly created_at: string;
}

/** What the platform knows of a webhook and the core does not. Sealed with the webhook's settings. */
export interface PlatformWebhook {
  readonly name: string;
  /** Comes with every call as a bearer token. */
  readonly secret?: string;
  /** The receiver knows us by it when we ask whether it wants our calls. */
  readonly validationKey?: string;
  readonly subscriptions: readonly Subscription[];
  /** Whole numbers, as the key that made it may read them, and each key that has changed its address since. */
  readonly readPii: boolean;
  /** A test key has made it, or has changed its address: then it is told nothing of people. */
  readonly byTestKey?: boolean;
  /** RFC 3339. */
  readonly updated_at: string;
}

export const toDialect = (own: PlatformWebhook): DialectSettings => ({ name: DIALECT, own });

/** Undefined for a webhook that was not made by this door. */
export const ownOf = (dialect: DialectSettings | undefined): PlatformWebhook | undefined =>
  dialect?.name === DIALECT ? (dialect.own as PlatformWebhook) : undefined;
