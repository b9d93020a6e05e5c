import { eventStreamKey } from '../events/event.js';

/**
 * Names of what belongs to an application's webhooks. They share the hash tag of its events, so that one script can move
 * a cursor and write what it has passed.
 *
 * | key | holds | lives |
 * |---|---|---|
 * | `pl:{ev:<app>}:wh` | settings (sealed), status and cursor of each webhook; `version` counts changes (hash) | no TTL: people's settings, at most 100 |
 * | `:wk` | token of the process that sends (lease) | 5 s |
 * | `:wr:<id>` | stream entries that wait for their next attempt → when it is due | {@link WEBHOOK_LIFE_MS} from the last write |
 * | `:wi:<id>` | what is known of those that wait or are dead | the same |
 * | `:wd:<id>` | dead letters → when they died | the same |
 * | `:wl:<id>` | log of attempts (stream) | the same |
 */
const key = (application: string, name: string): string => `pl:{ev:${application}}:${name}`;

/** As long as events stay in the stream: beyond that there is nothing to send again. */
export const WEBHOOK_LIFE_MS = 7 * 24 * 3_600_000;

export const webhooksKey = (application: string): string => key(application, 'wh');
export const webhookLeaseKey = (application: string): string => key(application, 'wk');

export const webhookKeys = (application: string, id: string) => ({
  waiting: key(application, `wr:${id}`),
  facts: key(application, `wi:${id}`),
  dead: key(application, `wd:${id}`),
  log: key(application, `wl:${id}`),
  stream: eventStreamKey(application),
});
