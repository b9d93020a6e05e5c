import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type Profile } from '../config/config.js';
import { ProfileStore } from '../store/profile.store.js';

/** Another process's change is seen after this; one of our own at once. A start must not cost a second round trip. */
const FRESH_MS = 1_000;

interface Cached {
  readonly until: number;
  readonly profiles: Promise<Profile[]>;
}

/** The profiles that starts may name: the file's and the API's. */
@Injectable()
export class ProfileBook {
  private readonly cache = new Map<string, Cached>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: ProfileStore,
  ) {}

  /** By name or id. */
  async find(application: string, nameOrId: string): Promise<Profile | undefined> {
    const fromFile = this.fromFile(application).find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (fromFile) return fromFile;
    const profiles = await this.fromStore(application);
    return profiles.find(({ name }) => name === nameOrId) ?? profiles.find(({ id }) => id === nameOrId);
  }

  async list(application: string): Promise<Profile[]> {
    return [...this.fromFile(application), ...(await this.store.list(application))];
  }

  fromFile(application: string): Profile[] {
    return [...this.config.profiles.values()].filter((profile) => profile.application === application);
  }

  forget(application: string): void {
    this.cache.delete(application);
  }

  private fromStore(application: string): Promise<Profile[]> {
    const cached = this.cache.get(application);
    if (cached && cached.until > Date.now()) return cached.profiles;
    const profiles = this.store.list(application);
    this.cache.set(application, { until: Date.now() + FRESH_MS, profiles });
    // What has failed is not worth remembering.
    profiles.catch(() => {
      this.forget(application);
    });
    return profiles;
  }
}
