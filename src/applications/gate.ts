import { Injectable } from '@nestjs/common';
import { Problem } from '../shared/problem.js';
import { BearerTokens, type Claims } from './bearer-tokens.js';
import { refusal, type Credential } from './credential.js';
import { KeyBook } from './key-book.js';
import { KeyCache } from './key-cache.js';
import { KeyFailures } from './key-failures.js';
import { looksLikeKey } from './make-token.js';

type Found = Credential | undefined | Promise<Credential | undefined>;

const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/** Tells who comes. At once for the keys of the file and for what is known already; else after asking Redis. */
@Injectable()
export class Gate {
  constructor(
    private readonly book: KeyBook,
    private readonly cache: KeyCache,
    private readonly tokens: BearerTokens,
    private readonly failures: KeyFailures,
  ) {}

  /** By a key or a short-lived token. @throws Problem 401, 403, 429; what a Redis that is away throws */
  identify(token: string, ip: string): Credential | Promise<Credential> {
    const name = this.book.hash(token);
    const isKey = !BearerTokens.looksLike(token);
    // Nobody can guess a signature, and a new token has worked nowhere yet.
    if (isKey) this.refuseGuesser(ip, name);
    const found = this.findKey(name, token) ?? (isKey ? undefined : this.findByToken(name, token));
    if (!(found instanceof Promise)) return this.admit(found, ip, name);
    return found.then((credential) => this.admit(credential, ip, name));
  }

  /** By HTTP Basic `<key id>:<token>` (RFC 7617). @throws as `identify` does */
  async identifyBasic(header: string | undefined, ip: string): Promise<Credential> {
    const encoded = header === undefined ? undefined : BASIC.exec(header)?.[1];
    if (encoded === undefined) throw unauthorized('Send a key: Authorization: Basic <base64 of key id:token>.');
    const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const token = rest.join(':');
    const name = this.book.hash(token);
    this.refuseGuesser(ip, name);
    const credential = await this.findKey(name, token);
    return this.admit(credential?.caller.keyId === id ? credential : undefined, ip, name);
  }

  private findKey(name: string, token: string): Found {
    return this.book.find(name) ?? (looksLikeKey(token) ? this.cache.findToken(name, token) : undefined);
  }

  private findByToken(name: string, token: string): Found {
    const claims = this.tokens.verify(name, token);
    return claims instanceof Promise
      ? claims.then((found) => found && this.findVersion(found))
      : claims && this.findVersion(claims);
  }

  private findVersion({ application, keyId, version }: Claims): Found {
    return this.book.findVersion(application, keyId, version) ?? this.cache.findVersion(keyId, version);
  }

  private admit(credential: Credential | undefined, ip: string, name: string): Credential {
    const now = Date.now();
    if (!credential) throw this.failures.failure(ip, now) ?? unauthorized('This key is not known.');
    const problem = refusal(credential, ip, now);
    if (problem) throw problem;
    this.failures.success(ip, name);
    return credential;
  }

  private refuseGuesser(ip: string, name: string): void {
    const problem = this.failures.refusal(ip, name, Date.now());
    if (problem) throw problem;
  }
}

export const unauthorized = (detail: string): Problem => new Problem(401, 'unauthorized', 'Not authenticated', detail);
