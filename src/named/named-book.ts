import type { Changes } from '../store/changes.js';
import type { Named, NamedStore } from '../store/named.store.js';
import { PushedCache } from '../store/pushed-cache.js';

/** What requests may name: that of the file, and that which people make over the API. */
export abstract class NamedBook<T extends Named> {
  private readonly cache: PushedCache<T[]>;

  /** @param declared by `<application>/<name>` */
  protected constructor(
    private readonly declared: ReadonlyMap<string, T>,
    private readonly store: NamedStore<T>,
    changes: Changes,
  ) {
    this.cache = new PushedCache(changes, store.kind.change, (application) => store.list(application));
  }

  /** By name or id. */
  async find(application: string, nameOrId: string): Promise<T | undefined> {
    return among(this.fromFile(application), nameOrId) ?? among(await this.cache.get(application), nameOrId);
  }

  /** As it stands in Redis now. */
  async list(application: string): Promise<T[]> {
    return [...this.fromFile(application), ...(await this.store.list(application))];
  }

  fromFile(application: string): T[] {
    return [...this.declared.values()].filter((item) => item.application === application);
  }

  /** After a change of our own: the news of it is still on its way. */
  forget(application: string): void {
    this.cache.forget(application);
  }
}

const among = <T extends Named>(items: readonly T[], nameOrId: string): T | undefined =>
  items.find(({ name }) => name === nameOrId) ?? items.find(({ id }) => id === nameOrId);
