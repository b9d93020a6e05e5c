import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { Changes } from '../store/changes.js';
import { EntryStore } from '../store/entry.store.js';
import { GuardSettingsStore, type LoadedEntry } from '../store/guard-settings.store.js';
import { PushedCache } from '../store/pushed-cache.js';
import { keysOf, renew } from './entry-secrets.js';
import type { GuardSettings, ListEntry } from './policy.js';
import { settingsFrom } from './said.js';

const NOTHING: GuardSettings = {};

/**
 * What people have said about the guard over the API. The same object as long as nothing has changed: whoever has
 * derived something from it goes by that.
 */
@Injectable()
export class GuardSettingsBook {
  private readonly cache: PushedCache<GuardSettings>;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: GuardSettingsStore,
    private readonly entries: EntryStore,
    changes: Changes,
  ) {
    this.cache = new PushedCache(changes, 'g', (application) => this.load(application));
  }

  /** At once when it is known, else after asking Redis. @throws what a Redis that is away throws */
  settingsOf(application: string): GuardSettings | Promise<GuardSettings> {
    return this.cache.get(application);
  }

  /** After a change of our own: the news of it is still on its way. */
  forget(application: string): void {
    this.cache.forget(application);
  }

  /** As it stands in Redis now. */
  async load(application: string): Promise<GuardSettings> {
    const { rules, said, entries } = await this.store.load(application, keysOf(this.keyring));
    if (rules.length === 0 && entries.length === 0 && Object.keys(said).length === 0) return NOTHING;
    const declared = this.config.applications.get(application)?.guard ?? {};
    return { ...settingsFrom(rules, said, declared), entries: await this.current(application, entries) };
  }

  /** Entries as they are compared with, whatever secrets they were written with. */
  private async current(application: string, loaded: readonly LoadedEntry[]): Promise<ListEntry[]> {
    const old = loaded.filter(({ note }) => note !== undefined);
    if (old.length === 0) return loaded.map(toEntry);
    const renewed = new Map(old.map((entry) => [entry, renew(this.keyring, application, entry)]));
    const rewritten = [...renewed].flatMap(([from, { written }]) => (written ? [{ from, ...written }] : []));
    await this.entries.rekey(application, rewritten);
    const known = loaded.flatMap((entry) => {
      const { entry: now } = renewed.get(entry) ?? { entry: toEntry(entry) };
      return now ? [now] : [];
    });
    const lost = loaded.length - known.length;
    if (lost > 0)
      this.logger.error({ application, lost }, 'PASSLANE_SECRET: numbers on lists need the secret of before');
    return known;
  }
}

const toEntry = ({ id, action, kind, value, expiresAt }: LoadedEntry): ListEntry => ({
  id,
  action,
  kind,
  value,
  expiresAt,
});
