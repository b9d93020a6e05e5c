import type { Keyring } from '../codes/keyring.js';
import { open, seal } from '../codes/seal.js';
import { recipientRef } from '../recipients/lookup.js';
import { fieldOf, type EntrySubject } from '../store/entry.store.js';
import type { LoadedEntry } from '../store/guard-settings.store.js';
import type { ListEntry } from './policy.js';

/** What is known of a list entry beyond what sends are compared with. */
export interface Note {
  /** E.164; of entries about one number. */
  readonly number?: string;
  readonly reason?: string;
}

/** Names the secrets that notes are sealed and numbers are hashed with. */
export const keysOf = ({ current, all }: Keyring): string => `${current.id}.${all.at(-1)?.id ?? ''}`;

/** By which a number is on a list: the same that sends go by. */
export const hashOf = ({ lookup }: Keyring, application: string, number: string): string =>
  recipientRef(lookup, application, number).hash;

/** Bound to its entry: what was sealed for one does not open as another's. */
const purpose = (application: string, subject: EntrySubject): string => `entry:${application}:${fieldOf(subject)}`;

export const sealNote = (ring: Keyring, application: string, subject: EntrySubject, note: Note): string =>
  seal(ring, purpose(application, subject), JSON.stringify(note));

/** Undefined when the secret that sealed it was retired. */
export function openNote(ring: Keyring, application: string, subject: EntrySubject, sealed: string): Note | undefined {
  const json = open(ring, purpose(application, subject), sealed);
  return json === undefined ? undefined : (JSON.parse(json) as Note);
}

export interface Renewed {
  /** As sends are compared with it now; undefined when its number is lost. */
  readonly entry?: ListEntry;
  /** To write it anew; undefined where the note cannot be opened. */
  readonly written?: { readonly subject: EntrySubject; readonly keys: string; readonly note: string };
}

/**
 * An entry that was written with other secrets. Lists outlive secrets: with the last of them a number's hash would be
 * no one's any more, and nobody could read the note.
 */
export function renew(ring: Keyring, application: string, loaded: LoadedEntry): Renewed {
  const { id, action, kind, value, expiresAt, keys, note: sealed = '' } = loaded;
  const note = openNote(ring, application, loaded, sealed);
  if (!note) {
    const hashedWith = keys.split('.')[1];
    const isKnown = kind !== 'number' || hashedWith === ring.all.at(-1)?.id;
    return { entry: isKnown ? { id, action, kind, value, expiresAt } : undefined };
  }
  const subject = { action, kind, value: note.number === undefined ? value : hashOf(ring, application, note.number) };
  return {
    entry: { id, expiresAt, ...subject },
    written: { subject, keys: keysOf(ring), note: sealNote(ring, application, subject, note) },
  };
}
