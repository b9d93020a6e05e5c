import { hash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { hmac, type Keyring } from '../codes/keyring.js';
import { CONFIG, type Config, type Limits, type Mode, type Retention, type Scope } from '../config/config.js';
import { NO_LIMITS } from '../config/limits.js';
import { DEFAULT_RETENTION } from '../config/load-retention.js';
import { addressList } from '../shared/addresses.js';
import { KEYRING } from '../shared/tokens.js';
import type { Credential } from './credential.js';

/** Who calls: an application by one of its keys. */
export interface Caller {
  readonly keyId: string;
  readonly application: string;
  readonly mode: Mode;
  readonly scopes: ReadonlySet<Scope>;
  readonly limits: Limits;
  /** Of numbers that are not in international form and name none. */
  readonly country?: string;
  /** Texts that people read may hold addresses of the web. */
  readonly allowUrls: boolean;
  readonly retention: Retention;
}

/** It belongs to no application; no route that asks for one takes its scope. */
const ADMIN: Caller = {
  keyId: 'admin',
  application: '',
  mode: 'live',
  scopes: new Set<Scope>(['admin']),
  limits: NO_LIMITS,
  allowUrls: false,
  retention: DEFAULT_RETENTION,
};

/**
 * The keys of file and environment. Tokens are kept and looked up by a keyed hash, so that neither a heap dump nor the
 * time of a look-up tells one.
 */
@Injectable()
export class KeyBook {
  private readonly pepper = randomBytes(32).toString('base64');
  private readonly byToken = new Map<string, Credential>();
  private readonly byVersion = new Map<string, Credential>();

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
  ) {
    for (const { name, keys, ...settings } of config.applications.values()) {
      const { limits, country, allowUrls, retention } = settings;
      for (const { id, token, mode, scopes, ipRanges, expiresAt } of keys) {
        const rules = { limits, country, allowUrls, retention };
        const caller = { keyId: id, application: name, mode, scopes: new Set(scopes), ...rules };
        this.add(token, caller, { addresses: ipRanges && addressList(ipRanges), expiresAt });
      }
    }
    if (config.adminKey !== undefined) this.add(config.adminKey, ADMIN, {});
  }

  /** @param tokenHash as `hash` makes it */
  find(tokenHash: string): Credential | undefined {
    return this.byToken.get(tokenHash);
  }

  /** The key that a short-lived token was made from, as long as its own token is the same. */
  findVersion(application: string, id: string, version: string): Credential | undefined {
    return this.byVersion.get(`${application}/${id}/${version}`);
  }

  /** Nothing outside this process ever sees it, so the key need only come first: a fifth of an HMAC's cost. */
  hash(token: string): string {
    return hash('sha256', this.pepper + token, 'base64');
  }

  private add(token: string, caller: Caller, terms: Pick<Credential, 'addresses' | 'expiresAt'>): void {
    const version = (key: Buffer): string => hmac(key, `version\n${token}`).toString('base64url', 0, 9);
    const { current, all } = this.keyring;
    const credential = { caller, version: version(current.token), applicationActive: true, ...terms };
    this.byToken.set(this.hash(token), credential);
    for (const keys of all) {
      this.byVersion.set(`${caller.application}/${caller.keyId}/${version(keys.token)}`, credential);
    }
  }
}
