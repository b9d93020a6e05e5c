import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { pageOf, type Page } from '../../applications/page.js';
import type { Keyring } from '../../codes/keyring.js';
import { isRange } from '../../config/ip-range.js';
import { fromQuery, mask, parseRecipient } from '../../recipients/recipient.js';
import { notFound, Problem, validationFailed } from '../../shared/problem.js';
import { KEYRING } from '../../shared/tokens.js';
import { EntryStore, MOST_ENTRIES, type EntrySubject, type StoredEntry } from '../../store/entry.store.js';
import { positionOf } from '../../store/hashes.js';
import { hashOf, keysOf, openNote, sealNote } from '../entry-secrets.js';
import { GuardSettingsBook } from '../guard-settings.js';
import type { EntryBody, EntryQuery } from './list.schema.js';

/** As E.164 begins: at least the country, and not the whole number, which is another kind. */
const PREFIX = /^\+[1-9]\d{0,13}$/;

interface EntryView {
  readonly id: string;
  readonly list: StoredEntry['action'];
  readonly kind: StoredEntry['kind'];
  /** Null when it was sealed with a secret that is gone. */
  readonly value: string | null;
  readonly reason: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
}

/** Allow and block lists over the API. */
@Injectable()
export class ListService {
  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly store: EntryStore,
    private readonly settings: GuardSettingsBook,
  ) {}

  /** Of an entry that is there already, reason and expiry are changed. @throws Problem 409, 422 */
  async create(caller: Caller, body: EntryBody): Promise<{ created: boolean; view: EntryView }> {
    const { application } = caller;
    const { list: action, kind, reason } = body;
    const expiresAt = expiryOf(body.expires_at, Date.now());
    const number = kind === 'number' ? numberOf(body.value, caller.country) : undefined;
    const subject: EntrySubject = {
      action,
      kind,
      value: number === undefined ? plainValue(body) : hashOf(this.keyring, application, number),
    };
    const note = sealNote(this.keyring, application, subject, { number, reason });
    const saved = await this.store.save(application, subject, keysOf(this.keyring), note, expiresAt);
    if (!saved) {
      throw new Problem(409, 'too_many', 'Too many', `The lists have ${MOST_ENTRIES} entries already.`);
    }
    this.settings.forget(application);
    return { created: saved.isNew, view: this.viewOf(caller, saved.entry) };
  }

  /** In the order in which they were made. */
  list(caller: Caller, { list: action, kind, value, ...query }: EntryQuery): Promise<Page<EntryView>> {
    const { application } = caller;
    const values = value === undefined ? undefined : this.valuesOf(caller, value);
    return pageOf([], query, async (most) =>
      (await this.store.list(application, { action, kind, values }, query.cursor, most)).map((entry) => ({
        position: positionOf(entry.createdAt, entry.id),
        view: this.viewOf(caller, entry),
      })),
    );
  }

  /** @throws Problem 404 */
  async get(caller: Caller, id: string): Promise<EntryView> {
    const entry = await this.store.find(caller.application, id);
    if (!entry) throw notFound('entry');
    return this.viewOf(caller, entry);
  }

  /** @throws Problem 404 */
  async delete({ application }: Caller, id: string): Promise<void> {
    if (!(await this.store.delete(application, id))) throw notFound('entry');
    this.settings.forget(application);
  }

  /** What an entry about this would have in Redis, whatever its kind. */
  private valuesOf({ application, country }: Caller, text: string): string[] {
    const value = fromQuery(text);
    const plain = value.toLowerCase();
    try {
      return [plain, hashOf(this.keyring, application, numberOf(value, country))];
    } catch (error) {
      if (error instanceof Problem) return [plain];
      throw error;
    }
  }

  private viewOf({ application, mode, scopes }: Caller, entry: StoredEntry): EntryView {
    const { id, action: list, kind, createdAt, expiresAt } = entry;
    const note = openNote(this.keyring, application, entry, entry.note);
    const number = note?.number;
    // A list is about people, whoever has made it: a test key sees nothing of them.
    const isWhole = scopes.has('pii:read') && mode === 'live';
    const shown = number === undefined || isWhole ? number : mask(number);
    return {
      id,
      list,
      kind,
      value: (kind === 'number' ? shown : entry.value) ?? null,
      reason: note?.reason ?? null,
      created_at: new Date(createdAt).toISOString(),
      expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    };
  }
}

/** @throws Problem 422 naming `value` */
function numberOf(value: string, country: string | undefined): string {
  if (value.includes('@')) throw wrong('value', 'must be a phone number');
  try {
    return parseRecipient(value, country).address;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw wrong('value', error.extra.errors?.[0]?.message ?? 'must be a phone number');
  }
}

/** @throws Problem 422 naming `value` */
function plainValue({ kind, value }: EntryBody): string {
  const text = value.toLowerCase();
  if (kind === 'prefix' && !PREFIX.test(text)) throw wrong('value', 'must be + and the first digits of numbers');
  if (kind === 'ip_range' && !isRange(text)) throw wrong('value', 'must be an IP address or a CIDR range');
  return text;
}

/** @throws Problem 422 for one that is over */
function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (time <= now) throw wrong('expires_at', 'must be in the future');
  return time;
}

const wrong = (field: string, message: string): Problem => validationFailed([{ field, message }]);
