import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { notFound, Problem } from '../../shared/problem.js';
import { renamed } from '../../shared/renamed.js';
import type { OpenWebhook } from '../../webhooks/present.js';
import type { WebhookPatch } from '../../webhooks/webhook.schema.js';
import { WebhookService } from '../../webhooks/webhook.service.js';
import { platformTime } from './texts.js';
import { ATTEMPTS, ownOf, toDialect, type PlatformWebhook } from './webhook-settings.js';
import type { WebhookBody } from './webhooks.schema.js';

/** A webhook of this door, with what only the door knows of it. */
export interface OwnWebhook {
  readonly webhook: OpenWebhook;
  readonly own: PlatformWebhook;
}

const uriOf = (field: string): string => (field === 'url' ? 'uri' : field);

/** The platform's webhooks: ours, with another dialect. */
@Injectable()
export class PlatformWebhooks {
  constructor(private readonly webhooks: WebhookService) {}

  /** @throws Problem 409, 422 */
  async create(caller: Caller, { name, uri, secret, status, token }: WebhookBody) {
    const own: PlatformWebhook = {
      name,
      secret: secret ?? undefined,
      validationKey: token ?? undefined,
      subscriptions: [],
      readPii: caller.scopes.has('pii:read'),
      byTestKey: caller.mode === 'test',
      updated_at: new Date().toISOString(),
    };
    const challenge = own.validationKey !== undefined;
    const door = { attempts: ATTEMPTS, dialect: toDialect(own) };
    const { id } = await renamed(() => this.webhooks.create(caller, { url: uri, challenge }, door), uriOf);
    if (status === 0) await this.setActive(caller, id, false);
    return this.view(caller, id);
  }

  async list({ application }: Caller, name: string | undefined) {
    return (await this.own(application)).map(viewOf).filter((view) => name === undefined || view.name === name);
  }

  /** @throws Problem 404 */
  async view({ application }: Caller, id: string) {
    return viewOf(await this.find(application, id));
  }

  /** Asks again a receiver that has not answered its challenge. @throws Problem 404, 422 */
  async edit(caller: Caller, id: string, { name, uri, secret, status, token }: WebhookBody) {
    await this.find(caller.application, id);
    const edited = (own: PlatformWebhook): PlatformWebhook => ({
      ...own,
      name,
      ...(secret !== undefined && { secret: secret ?? undefined }),
      ...(token !== undefined && { validationKey: token ?? undefined }),
    });
    const active = typeof status === 'number' ? status === 1 : undefined;
    await renamed(() => this.change(caller, id, edited, { url: uri, active }), uriOf);
    return this.view(caller, id);
  }

  /** Softly: it becomes inactive, and `status` makes it active again. @throws Problem 404 */
  async delete(caller: Caller, id: string): Promise<void> {
    await this.find(caller.application, id);
    await this.setActive(caller, id, false);
  }

  /** @param edit may be called again when somebody else was faster. @throws Problem 404 */
  async change(
    caller: Caller,
    id: string,
    edit: (own: PlatformWebhook) => PlatformWebhook,
    patch: WebhookPatch = {},
  ): Promise<void> {
    await this.webhooks.patch(caller, id, patch, (door) => {
      const own = ownOf(door.dialect);
      if (!own) return door;
      const edited = edit(own);
      const dialect = toDialect({ ...edited, updated_at: new Date().toISOString() });
      // Also where it gets its first key; what is subscribed says nothing about the receiver.
      const hasKey = patch.url !== undefined && edited.validationKey !== undefined;
      return { dialect, challenge: door.challenge || hasKey };
    });
  }

  async own(application: string): Promise<OwnWebhook[]> {
    return (await this.webhooks.all(application)).flatMap((webhook) => {
      const own = ownOf(webhook.settings.dialect);
      return own ? [{ webhook, own }] : [];
    });
  }

  /** @throws Problem 404 */
  async find(application: string, id: string): Promise<OwnWebhook> {
    const webhook = await this.webhooks.find(application, id);
    const own = ownOf(webhook.settings.dialect);
    if (!own) throw notFound('webhook');
    return { webhook, own };
  }

  /** One that has not answered its challenge gets nothing, whatever its status is to be. */
  private async setActive(caller: Caller, id: string, active: boolean): Promise<void> {
    await this.webhooks.patch(caller, id, { active }).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.code !== 'not_verified') throw error;
    });
  }
}

const viewOf = ({ webhook: { stored, settings }, own }: OwnWebhook) => ({
  id: stored.id,
  name: own.name,
  uri: settings.url,
  secret: null,
  verification_code: null,
  status: stored.status === 'active' ? 1 : 0,
  created_at: platformTime(settings.created_at),
  updated_at: platformTime(own.updated_at),
});
