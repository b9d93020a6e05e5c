/**
 * What people set for one application over the API, all under one hash tag, so that one script reads or changes what
 * belongs together. None of it has a TTL: it lives until somebody deletes it, or the application; the number of things is
 * bounded.
 *
 * | key `pl:{pf:<application>}:…` | holds |
 * |---|---|
 * | `profiles`, `templates`, `rules` | `<id>` → JSON, `name:<name>` → id (hash) |
 * | `guard` | what was said about the guard's own rules (hash) |
 * | `entries` | of allow and block lists: `<action>\|<kind>\|<value>` → `<id>\|<created>\|<expires>\|<keys>` (hash) |
 * | `entry-notes` | `<id>` → field in `entries`, a blank, number and reason (sealed) (hash) |
 * | `entry-order` | `<created>:<id>` of each entry (sorted set) |
 * | `entry-ends` | ids by the time at which they expire (sorted set); then they go with the next read or change |
 *
 * In `entries` the value of a number is its keyed hash; `<keys>` names the secrets that note and hash were made with.
 */
export const settingsKey = (application: string, name: string): string => `pl:{pf:${application}}:${name}`;

const NAMES = ['profiles', 'templates', 'rules', 'guard', 'entries', 'entry-notes', 'entry-order', 'entry-ends'];

export const allSettingsKeys = (application: string): string[] => NAMES.map((name) => settingsKey(application, name));
