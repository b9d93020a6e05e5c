import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type ApplicationConfig, type Config } from '../config/config.js';
import { notFound, readOnly } from '../shared/problem.js';
import { LOGGER } from '../shared/tokens.js';
import { ApplicationStore, type StoredApplication } from '../store/application.store.js';
import { positionOf } from '../store/hashes.js';
import { SettingsStore } from '../store/settings.store.js';
import { WebhookStore } from '../store/webhook.store.js';
import type { ApplicationBody, ApplicationPatch, PageQuery } from './application.schema.js';
import { KeyCache } from './key-cache.js';
import { filePosition, pageOf, type Page } from './page.js';

export interface ApplicationView {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly created_at: string | null;
  readonly read_only: boolean;
}

@Injectable()
export class ApplicationService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: ApplicationStore,
    private readonly settings: SettingsStore,
    private readonly webhooks: WebhookStore,
    private readonly cache: KeyCache,
  ) {}

  async create({ name }: ApplicationBody): Promise<ApplicationView> {
    const application = await this.store.create(name);
    this.logger.info({ application: application.id }, 'application created');
    return viewOf(application);
  }

  /** In the order in which they were made, those of the file first. */
  list(query: PageQuery): Promise<Page<ApplicationView>> {
    const declared = [...this.config.applications.values()].map((application) => ({
      position: filePosition(application.name),
      view: viewOfDeclared(application),
    }));
    return pageOf(declared, query, async (most) =>
      (await this.store.list(query.cursor, most)).map((application) => ({
        position: positionOf(application.createdAt, application.id),
        view: viewOf(application),
      })),
    );
  }

  /** @throws Problem 404 */
  async get(id: string): Promise<ApplicationView> {
    const declared = this.config.applications.get(id);
    if (declared) return viewOfDeclared(declared);
    const application = await this.store.find(id);
    if (!application) throw notFound('application');
    return viewOf(application);
  }

  /** @throws Problem 404, 409 */
  async patch(id: string, change: ApplicationPatch): Promise<ApplicationView> {
    this.refuseDeclared(id);
    const application = await this.store.update(id, change);
    if (!application) throw notFound('application');
    this.cache.forget(`a:${id}`);
    this.logger.info({ application: id, status: application.status }, 'application changed');
    return viewOf(application);
  }

  /**
   * With its keys, settings and webhooks; its verifications end as they would have. Its keys stop first. Whoever repeats
   * a deletion that was cut short goes on with it, even when the application itself is gone.
   * @throws Problem 404, 409
   */
  async delete(id: string): Promise<void> {
    this.refuseDeclared(id);
    const deleted = await this.store.delete(id);
    this.cache.forget(`a:${id}`);
    await this.settings.deleteAll(id);
    await this.webhooks.deleteAll(id);
    if (!deleted) throw notFound('application');
    this.logger.info({ application: id }, 'application deleted');
  }

  /** @throws Problem 409 for what only the file may change */
  refuseDeclared(id: string): void {
    if (this.config.applications.has(id)) throw readOnly('application');
  }
}

const viewOf = ({ id, name, status, createdAt }: StoredApplication): ApplicationView => ({
  id,
  name,
  status,
  created_at: new Date(createdAt).toISOString(),
  read_only: false,
});

const viewOfDeclared = ({ name }: ApplicationConfig): ApplicationView => ({
  id: name,
  name,
  status: 'active',
  created_at: null,
  read_only: true,
});
