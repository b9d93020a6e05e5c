import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { bounds } from '../config/bounds.js';
import { CONFIG, type Config, type KeyConfig, type Mode, type Scope } from '../config/config.js';
import { notFound, validationFailed } from '../shared/problem.js';
import { LOGGER } from '../shared/tokens.js';
import { positionOf } from '../store/hashes.js';
import { KeyStore, type StoredKey } from '../store/key.store.js';
import type { KeyBody, PageQuery, RotateBody } from './application.schema.js';
import { ApplicationService } from './application.service.js';
import { KeyCache } from './key-cache.js';
import { makeToken } from './make-token.js';
import { filePosition, pageOf, type Page } from './page.js';

/** A forgotten key must not work for ever because somebody wrote 2205 for 2025. */
const MOST_LIFE_MS = 365 * 86_400_000;

export interface KeyView {
  readonly id: string;
  readonly application: string;
  readonly name: string | null;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  readonly ip_ranges: readonly string[] | null;
  readonly status: 'active' | 'expired';
  readonly created_at: string | null;
  readonly expires_at: string | null;
  readonly overlap_until: string | null;
  readonly read_only: boolean;
}

/** With the token, which is shown once. */
type NewKeyView = KeyView & { readonly token: string };

@Injectable()
export class KeyService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly applications: ApplicationService,
    private readonly store: KeyStore,
    private readonly cache: KeyCache,
  ) {}

  /** @throws Problem 404, 409, 422 */
  async create(application: string, body: KeyBody): Promise<NewKeyView> {
    this.applications.refuseDeclared(application);
    const { mode, scopes, name = '', ip_ranges, expires_at } = body;
    const expiresAt = expiryOf(expires_at, Date.now());
    const token = makeToken(mode);
    const hash = await this.cache.hash(token);
    const key = await this.store.create({ application, name, mode, scopes, ipRanges: ip_ranges, expiresAt, hash });
    if (!key) throw notFound('application');
    this.logger.info({ application, key: key.id }, 'key created');
    return { ...viewOf(application, key), token };
  }

  /** In the order in which they were made. @throws Problem 404 */
  async list(application: string, query: PageQuery): Promise<Page<KeyView>> {
    await this.applications.get(application);
    const declared = this.declared(application).map((key) => ({
      position: filePosition(key.id),
      view: viewOfDeclared(key),
    }));
    return pageOf(declared, query, async (most) =>
      (await this.store.list(application, query.cursor, most)).map((key) => ({
        position: positionOf(key.createdAt, key.id),
        view: viewOf(application, key),
      })),
    );
  }

  /** @throws Problem 404 */
  async get(application: string, id: string): Promise<KeyView> {
    const declared = this.declared(application).find((key) => key.id === id);
    if (declared) return viewOfDeclared(declared);
    const key = await this.store.get(application, id);
    if (!key) throw notFound('key');
    return viewOf(application, key);
  }

  /** @throws Problem 404, 409, 422 */
  async rotate(
    application: string,
    id: string,
    { overlap = bounds.overlap.default, expires_at }: RotateBody,
  ): Promise<NewKeyView> {
    const { mode } = await this.changeable(application, id);
    const token = makeToken(mode);
    const key = await this.store.rotate({
      application,
      id,
      hash: await this.cache.hash(token),
      overlapMs: overlap * 1_000,
      expiresAt: expiryOf(expires_at, Date.now()),
    });
    if (!key) throw notFound('key');
    this.cache.forget(`k:${id}`);
    this.logger.info({ application, key: id, overlap }, 'key rotated');
    return { ...viewOf(application, key), token };
  }

  /** @throws Problem 404, 409 */
  async revoke(application: string, id: string): Promise<void> {
    this.applications.refuseDeclared(application);
    if (!(await this.store.revoke(application, id))) throw notFound('key');
    this.cache.forget(`k:${id}`);
    this.logger.info({ application, key: id }, 'key revoked');
  }

  private changeable(application: string, id: string): Promise<KeyView> {
    this.applications.refuseDeclared(application);
    return this.get(application, id);
  }

  private declared(application: string): readonly KeyConfig[] {
    return this.config.applications.get(application)?.keys ?? [];
  }
}

/** @throws Problem 422 naming `expires_at` */
function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (at > now && at <= now + MOST_LIFE_MS) return at;
  throw validationFailed([{ field: 'expires_at', message: 'must be in the future, and at most 365 days away' }]);
}

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

const statusOf = (expiresAt: number | undefined): KeyView['status'] =>
  expiresAt !== undefined && expiresAt <= Date.now() ? 'expired' : 'active';

const viewOf = (application: string, key: StoredKey): KeyView => ({
  id: key.id,
  application,
  name: key.name || null,
  mode: key.mode,
  scopes: key.scopes,
  ip_ranges: key.ipRanges ?? null,
  status: statusOf(key.expiresAt),
  created_at: timeOf(key.createdAt),
  expires_at: timeOf(key.expiresAt),
  overlap_until: timeOf(key.oldUntil),
  read_only: false,
});

const viewOfDeclared = (key: KeyConfig): KeyView => ({
  id: key.id,
  application: key.application,
  name: null,
  mode: key.mode,
  scopes: key.scopes,
  ip_ranges: key.ipRanges ?? null,
  status: statusOf(key.expiresAt),
  created_at: null,
  expires_at: timeOf(key.expiresAt),
  overlap_until: null,
  read_only: true,
});
