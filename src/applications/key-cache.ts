import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { hmac } from '../codes/keyring.js';
import { DEFAULT_LIMITS } from '../config/limits.js';
import { DEFAULT_RETENTION } from '../config/load-retention.js';
import { addressList } from '../shared/addresses.js';
import { BoundedMap } from '../shared/bounded-map.js';
import { unavailable } from '../shared/problem.js';
import { LOGGER } from '../shared/tokens.js';
import { Changes } from '../store/changes.js';
import { KeyStore, type FoundKey } from '../store/key.store.js';
import { PEPPER_LOST, PepperStore } from '../store/pepper.store.js';
import { FRESH_MS } from '../store/pushed-cache.js';
import type { Credential } from './credential.js';

/** About half a kilobyte each. */
const MOST = 50_000;

type Found = Credential | undefined | Promise<Credential | undefined>;

/**
 * The keys that were made over the API. What is known is kept only as long as changes are sure to be heard: a connection
 * that is lost, or has not answered for 0.7 s, takes everything with it. Unknown tokens are not remembered.
 */
@Injectable()
export class KeyCache {
  private readonly cache = new BoundedMap<{ credential: Credential; until: number }>(MOST);
  /** Moves whenever something known may have become untrue. */
  private news = 0;
  private pepper?: Promise<Buffer>;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly changes: Changes,
    private readonly store: KeyStore,
    private readonly peppers: PepperStore,
  ) {
    changes.tell({
      changed: (what) => {
        this.forget(what);
      },
      lost: () => {
        this.news++;
        this.cache.clear();
      },
    });
  }

  /** @param name of the token in this process. @throws what a Redis that is away throws */
  findToken(name: string, token: string): Found {
    return this.known(name) ?? this.load(name, async () => this.store.findByToken(await this.hash(token)));
  }

  /** The key that a short-lived token was made from. */
  findVersion(id: string, version: string): Found {
    const name = `${id}:${version}`;
    return this.known(name) ?? this.load(name, () => this.store.findById(id, version));
  }

  /** What Redis keeps of a token. */
  async hash(token: string): Promise<string> {
    this.pepper ??= this.readPepper().catch((error: unknown) => {
      this.pepper = undefined;
      throw error;
    });
    return hmac(await this.pepper, token).toString('base64url');
  }

  /** @param what `a:<application>` or `k:<key>`, as the scripts say it to all processes */
  forget(what: string): void {
    if (!/^[ak]:/.test(what)) return;
    this.news++;
    this.cache.deleteWhere(
      ({ credential: { caller } }) => what === `k:${caller.keyId}` || what === `a:${caller.application}`,
    );
  }

  private known(name: string): Credential | undefined {
    const entry = this.cache.get(name);
    return entry && entry.until > Date.now() ? entry.credential : undefined;
  }

  private async load(name: string, ask: () => Promise<FoundKey | undefined>): Promise<Credential | undefined> {
    const before = this.news;
    const found = await ask();
    const credential = found && toCredential(found);
    // An answer may have been overtaken by the news of a change.
    if (credential && this.changes.heard && this.news === before) {
      this.cache.set(name, { credential, until: Date.now() + FRESH_MS });
    }
    return credential;
  }

  private async readPepper(): Promise<Buffer> {
    const pepper = await this.peppers.get();
    if (pepper) return pepper;
    this.logger.error(PEPPER_LOST);
    throw unavailable();
  }
}

/** What only the file can say otherwise. */
const DEFAULTS = { limits: DEFAULT_LIMITS, allowUrls: false, retention: DEFAULT_RETENTION };

function toCredential(key: FoundKey): Credential {
  const { id, version, application, applicationActive, mode, scopes, ipRanges, expiresAt, revokedAt } = key;
  return {
    caller: { keyId: id, application, mode, scopes: new Set(scopes), ...DEFAULTS },
    version,
    applicationActive,
    addresses: ipRanges && addressList(ipRanges),
    expiresAt,
    revokedAt,
  };
}
