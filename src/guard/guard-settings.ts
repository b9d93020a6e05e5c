import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { BoundedMap } from '../shared/bounded-map.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { Changes } from '../store/changes.js';
import { EntryStore } from '../store/entry.store.js';
import { GuardSettingsStore, type LoadedEntry, type LoadedGuard } from '../store/guard-settings.store.js';
import { MOST_APPLICATIONS, PushedCache } from '../store/pushed-cache.js';
import { keysOf, renew } from './entry-secrets.js';
import type { GuardSettings, ListEntry } from './policy.js';
import { settingsFrom } from './said.js';

const NOTHING: GuardSettings = {};

interface Known {
  /** Of what Redis has answered. */
  readonly digest: string;
  readonly settings: GuardSettings;
}

/**
 * What people have said about the guard over the API. The same object as long as nothing has changed, however often Redis
 * is asked: whoever has derived something from it goes by that.
 */
@Injectable()
export class GuardSettingsBook {
  private readonly cache: PushedCache<GuardSettings>;
  private readonly known = new BoundedMap<Known>(MOST_APPLICATIONS);

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
    const { digest, read } = await this.store.load(application, keysOf(this.keyring));
    const known = this.known.get(application);
    if (known?.digest === digest) return known.settings;
    const settings = await this.settingsFrom(application, read());
    this.known.set(application, { digest, settings });
    return settings;
  }

  private async settingsFrom(application: string, { rules, said, entries }: LoadedGuard): Promise<GuardSettings> {
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
