import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { notFound, Problem, unavailable, validationFailed } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import { WebhookStore, type StoredWebhook } from '../store/webhook.store.js';
import { WEBHOOK_AGENTS, type WebhookAgents } from './agent.provider.js';
import { challenge } from './challenge.js';
import { DIALECTS, dialectOf, type Dialect, type DialectSettings } from './dialect.js';
import { makeGuard } from './guard/address.js';
import { urlFault } from './guard/url.js';
import { present, presentWithSecret, type OpenWebhook, type WebhookAnswer } from './present.js';
import { openSettings, sealSettings, type WebhookSettings } from './settings.js';
import { newSigningKey } from './signing/signing-key.js';
import type { PageQuery, WebhookBody, WebhookPatch } from './webhook.schema.js';

const TRIES = 5;
/** How long an old secret signs beside a new one: a day for receivers to change over. */
const OVERLAP_MS = 24 * 3_600_000;

/** What the door that has made a webhook may change of it. */
interface DoorSettings {
  readonly dialect: DialectSettings;
  readonly challenge: boolean;
}

/** Webhooks over the API. Each change is saved only if nobody else has changed the webhook meanwhile. */
@Injectable()
export class WebhookService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly ring: Keyring,
    @Inject(WEBHOOK_AGENTS) private readonly agents: WebhookAgents,
    @Inject(DIALECTS) private readonly dialects: readonly Dialect[],
    private readonly store: WebhookStore,
  ) {}

  /**
   * @param door how it speaks, where a door makes it
   * @returns it with its secret, which nobody can ask for again
   */
  async create({ application }: Caller, body: WebhookBody, door?: Pick<WebhookSettings, 'attempts' | 'dialect'>) {
    this.refuseUrl(body.url);
    const id = `wh_${randomBytes(16).toString('hex')}`;
    const settings: WebhookSettings = {
      url: body.url,
      events: body.events ?? ['*'],
      description: body.description,
      challenge: body.challenge ?? false,
      created_at: new Date().toISOString(),
      key: newSigningKey(body.signature ?? 'hmac'),
      ...door,
    };
    const sealed = sealSettings(this.ring, application, id, settings);
    const status = settings.challenge ? 'pending' : 'active';
    const outcome = await this.store.save(application, id, sealed, undefined, status);
    if (outcome === 'full') throw new Problem(409, 'too_many', 'Too many', 'The application has 100 webhooks already.');
    if (settings.challenge) await this.tryChallenge(application, id);
    return presentWithSecret(await this.find(application, id));
  }

  /** The oldest first. */
  async list({ application }: Caller, { limit, cursor = '' }: PageQuery) {
    const all = (await this.all(application)).filter((webhook) => orderOf(webhook) > cursor);
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return { data: page.map(present), next_cursor: last && all.length > limit ? orderOf(last) : null };
  }

  /** The oldest first. */
  async all(application: string): Promise<OpenWebhook[]> {
    return (await this.store.list(application))
      .flatMap((stored) => this.opened(application, stored) ?? [])
      .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  async get({ application }: Caller, id: string): Promise<WebhookAnswer> {
    return present(await this.find(application, id));
  }

  /**
   * A webhook with a challenge asks a new address for it before it sends there, unless it is not to send anything yet. One
   * whose door gives it a challenge asks the address that it has.
   * Who names the address of one that is pending asks it again.
   * @param ofDoor changes what its door keeps; may be called again when somebody else was faster
   */
  async patch(
    caller: Caller,
    id: string,
    { active, ...change }: WebhookPatch,
    ofDoor = (door: DoorSettings): DoorSettings => door,
  ): Promise<WebhookAnswer> {
    if (change.url !== undefined) this.refuseUrl(change.url);
    const wanted = active === undefined ? undefined : active ? 'active' : 'inactive';
    let asks = false as boolean;
    await this.change(caller.application, id, ({ stored: { status }, settings }) => {
      const moves = change.url !== undefined && change.url !== settings.url;
      const { challenge } = settings;
      const dialect = settings.dialect && (moves ? this.moved(settings.dialect, caller) : settings.dialect);
      const door = dialect && ofDoor({ dialect, challenge });
      // One that stays stopped is asked when it is to send again.
      const staysStopped = status === 'inactive' && active !== true && !moves;
      const changed = { ...settings, ...change, ...door, ...(staysStopped && { challenge }) };
      const isNew = moves || !challenge;
      const unproven =
        (changed.challenge && isNew && !staysStopped) || (status === 'pending' && change.url !== undefined);
      asks = unproven && (active ?? status !== 'inactive');
      return { settings: changed, status: unproven ? 'pending' : wanted };
    });
    if (asks) await this.tryChallenge(caller.application, id);
    return this.get(caller, id);
  }

  /** @throws Problem 409 when the receiver has not echoed the challenge */
  async verify(caller: Caller, id: string): Promise<WebhookAnswer> {
    const { application } = caller;
    const fault = await this.tryChallenge(application, id);
    if (fault === undefined) return this.get(caller, id);
    throw new Problem(409, 'not_verified', 'Not verified', `The receiver did not pass the challenge: ${fault}.`);
  }

  async rotate({ application }: Caller, id: string) {
    const webhook = await this.change(application, id, ({ settings }) => ({
      settings: {
        ...settings,
        key: newSigningKey(settings.key.kind),
        previous: { key: settings.key, until: Date.now() + OVERLAP_MS },
      },
    }));
    return presentWithSecret(webhook);
  }

  async delete({ application }: Caller, id: string): Promise<void> {
    if (!(await this.store.delete(application, id))) throw notFound('webhook');
  }

  /** @throws Problem 404 */
  async find(application: string, id: string): Promise<OpenWebhook> {
    const stored = await this.store.find(application, id);
    const webhook = stored && this.opened(application, stored);
    if (!webhook) throw notFound('webhook');
    return webhook;
  }

  private async change(
    application: string,
    id: string,
    edit: (webhook: OpenWebhook) => { settings: WebhookSettings; status?: 'active' | 'inactive' | 'pending' },
  ): Promise<OpenWebhook> {
    for (let tries = 0; tries < TRIES; tries++) {
      const read = await this.find(application, id);
      const { settings, status } = edit(read);
      const sealed = sealSettings(this.ring, application, id, settings);
      const outcome = await this.store.save(application, id, sealed, read.stored, status);
      if (outcome === 'saved') return this.find(application, id);
      if (outcome === 'unverified') {
        throw new Problem(409, 'not_verified', 'Not verified', 'The receiver has not passed the challenge yet.');
      }
    }
    throw unavailable();
  }

  /** @returns what was wrong; undefined when the webhook is active now */
  private async tryChallenge(application: string, id: string): Promise<string | undefined> {
    const { stored, settings } = await this.find(application, id);
    const fault = await challenge(this.agents(application), this.dialects, id, settings);
    if (fault !== undefined) return fault;
    // The address that has answered is the one that was asked only if nobody has changed it meanwhile.
    const outcome = await this.store.save(application, id, stored.settings, stored, 'verified');
    return outcome === 'saved' ? undefined : 'it was changed meanwhile';
  }

  private moved(dialect: DialectSettings, caller: Caller): DialectSettings {
    return { ...dialect, own: dialectOf(this.dialects, dialect).moved(dialect.own, caller) };
  }

  private refuseUrl(url: string): void {
    const message = urlFault(url, makeGuard(this.config.webhooks));
    if (message !== undefined) throw validationFailed([{ field: 'url', message }]);
  }

  private opened(application: string, stored: StoredWebhook): OpenWebhook | undefined {
    const settings = openSettings(this.ring, application, stored.id, stored.settings);
    return settings && { stored, settings };
  }
}

const orderOf = ({ stored, settings }: OpenWebhook): string => `${settings.created_at}.${stored.id}`;
