import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose';
import { keySet, type Keyring } from '../codes/keyring.js';
import { BoundedMap } from '../shared/bounded-map.js';
import { Problem } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import type { Credential } from './credential.js';

/** Seconds. */
export const TOKEN_LIFE = 3_600;
const ALGORITHM = 'HS256';
const OURS = { issuer: 'passlane', audience: 'passlane' };
const MOST = 10_000;

const JWT = /^[\w-]+\.[\w-]*\.[\w-]*$/;

/** The key that a token was made from. What the key may do is asked at each use: with it, its tokens end. */
export interface Claims {
  readonly application: string;
  readonly keyId: string;
  readonly version: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** JWTs (RFC 7519) of ours for ourselves: HS256 under a key of each secret, which `kid` names. */
@Injectable()
export class BearerTokens {
  /** What was found right stays right to its end; to check it again costs more than the rest of a request. */
  private readonly right = new BoundedMap<Claims>(MOST);

  constructor(@Inject(KEYRING) private readonly keyring: Keyring) {}

  static looksLike(token: string): boolean {
    return JWT.test(token);
  }

  issue({ caller, version }: Credential): Promise<string> {
    const { id, token } = this.keyring.current;
    return (
      new SignJWT({ app: caller.application, ver: version })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: id })
        .setIssuer(OURS.issuer)
        .setAudience(OURS.audience)
        .setSubject(caller.keyId)
        // Two that are made in one second are two.
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_LIFE}s`)
        .sign(token)
    );
  }

  /**
   * @param name of the token in this process
   * @returns undefined for a token that is not ours. @throws Problem 401 for one that was
   */
  verify(name: string, token: string): Claims | undefined | Promise<Claims | undefined> {
    const known = this.right.get(name);
    if (!known) return this.check(name, token);
    if (known.expiresAt <= Date.now()) throw expired();
    return known;
  }

  private async check(name: string, token: string): Promise<Claims | undefined> {
    try {
      const { payload } = await jwtVerify<{ app: string; ver: string }>(token, (header) => this.keyOf(header), {
        ...OURS,
        algorithms: [ALGORITHM],
        requiredClaims: ['exp', 'sub', 'app', 'ver'],
      });
      const { app, ver, sub = '', exp = 0 } = payload;
      const claims = { application: app, keyId: sub, version: ver, expiresAt: exp * 1_000 };
      this.right.set(name, claims);
      return claims;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired();
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keyOf({ kid = '' }: JWTHeaderParameters): Buffer {
    const keys = keySet(this.keyring, kid);
    if (!keys) throw new errors.JWSSignatureVerificationFailed();
    return keys.token;
  }
}

const expired = (): Problem => new Problem(401, 'token_expired', 'Not authenticated', 'This token has expired.');
