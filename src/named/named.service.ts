import type { Caller } from '../applications/key-book.js';
import { notFound, Problem, readOnly, unavailable, validationFailed, type FieldError } from '../shared/problem.js';
import { UNKNOWN_TEMPLATE } from '../config/plan-rules.js';
import type { Named, NamedStore, Stored } from '../store/named.store.js';

const TRIES = 5;

/** What lists may be asked for. */
export interface NamedQuery {
  readonly id?: string;
  readonly name?: string;
  readonly status?: 'active' | 'inactive';
  readonly limit: number;
  /** The last name of the page before. */
  readonly cursor?: string;
}

/** Where they are, whoever has made them. */
interface Book<T> {
  /** As it stands in Redis now. */
  list(application: string): Promise<T[]>;
  fromFile(application: string): T[];
  /** After a change of our own: the news of it is still on its way. */
  forget(application: string): void;
}

/** A change, checked. */
interface Checked {
  readonly errors: readonly FieldError[];
  /** What it refers to by name or id, with the field that does. */
  readonly references?: readonly { readonly field: string; readonly name: string }[];
}

/**
 * Settings with a name, over the API. Each change is checked as a whole, and saved only if nobody else has changed it
 * meanwhile.
 */
export abstract class NamedService<T extends Named & { readonly status: 'active' | 'inactive' }> {
  /** @param what it is, as people say: `profile` */
  protected constructor(
    private readonly what: string,
    private readonly store: NamedStore<T>,
    protected readonly book: Book<T>,
  ) {}

  /** By name. */
  async list({ application }: Caller, query: NamedQuery): Promise<{ data: T[]; next_cursor: string | null }> {
    return byName(await this.book.list(application), query);
  }

  /** @throws Problem 404 */
  async get({ application }: Caller, id: string): Promise<T> {
    const declared = this.book.fromFile(application).find((item) => item.id === id);
    const item = declared ?? (await this.store.find(application, id))?.item;
    if (!item) throw notFound(this.what);
    return item;
  }

  /** @throws Problem 404, 409 */
  async delete(caller: Caller, id: string): Promise<void> {
    this.refuseDeclared(caller, id);
    const outcome = await this.store.delete(caller.application, id);
    if (outcome === 'unknown') throw notFound(this.what);
    if (outcome === 'in_use') throw new Problem(409, 'in_use', 'In use', `A profile names this ${this.what}.`);
    this.book.forget(caller.application);
  }

  /**
   * @param edit may be called again when somebody else was faster; what it throws ends the change
   * @throws Problem 404, 409, 422
   */
  async change(caller: Caller, id: string, edit: (item: T) => T): Promise<T> {
    this.refuseDeclared(caller, id);
    for (let tries = 0; tries < TRIES; tries++) {
      const read = await this.store.find(caller.application, id);
      if (!read) throw notFound(this.what);
      const item = edit(read.item);
      if (await this.save(item, caller, read)) return item;
    }
    throw unavailable();
  }

  /** Every broken rule, and what it refers to. */
  protected abstract check(item: T, caller: Caller): Checked;

  /** @returns false when somebody else was faster. @throws Problem 409, 422 for every broken rule */
  protected async save(item: T, caller: Caller, read?: Stored<T>): Promise<boolean> {
    const { errors, references = [] } = this.check(item, caller);
    const broken = [...errors];
    if (this.book.fromFile(item.application).some(({ name }) => name === item.name)) broken.push(this.nameTaken());
    if (broken.length > 0) throw validationFailed(broken);
    const outcome = await this.store.save(
      item,
      read,
      references.map(({ name }) => name),
    );
    if (outcome === 'taken') throw validationFailed([this.nameTaken()]);
    if (outcome === 'full') {
      const detail = `The application has ${this.store.kind.most} ${this.store.kind.name} already.`;
      throw new Problem(409, 'too_many', 'Too many', detail);
    }
    if (typeof outcome === 'object') {
      const fields = references.filter(({ name }) => name === outcome.missing);
      throw validationFailed(fields.map(({ field }) => ({ field, message: UNKNOWN_TEMPLATE })));
    }
    this.book.forget(item.application);
    return outcome === 'saved';
  }

  private nameTaken(): FieldError {
    return { field: 'name', message: `is already the name of another ${this.what}` };
  }

  private refuseDeclared({ application }: Caller, id: string): void {
    if (this.book.fromFile(application).some((item) => item.id === id)) throw readOnly(this.what);
  }
}

/** One page of them. */
export function byName<T extends { readonly id: string; readonly name: string; readonly status?: unknown }>(
  items: readonly T[],
  { id, name, status, limit, cursor = '' }: NamedQuery,
): { data: T[]; next_cursor: string | null } {
  const matching = items
    .filter((item) => id === undefined || item.id === id)
    .filter((item) => name === undefined || item.name === name)
    .filter((item) => status === undefined || item.status === status)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((item) => item.name > cursor);
  const data = matching.slice(0, limit);
  return { data, next_cursor: matching.length > limit ? (data.at(-1)?.name ?? null) : null };
}
