import { bounds } from '../../config/bounds.js';
import type { ProfileChannel } from '../../config/config.js';
import type { ChannelInput } from '../../profiles/profile.schema.js';
import { toChannels } from '../../profiles/profile.service.js';
import { notFound, validationFailed, type FieldError } from '../../shared/problem.js';
import { CHANNEL_OF } from './brand.js';
import type { ChannelEntry } from './send.schema.js';
import { templateFault, toTemplate } from './texts.js';
import { tooSoonAfterCall, waitsOf } from './waits.js';

/** In the place of a wait that was not given, until the channel has its place; shorter than any that may be. */
const OPEN = 0;

/** @throws Problem 422 */
export function withAdded(present: readonly ProfileChannel[], entries: readonly ChannelEntry[]): ProfileChannel[] {
  refuseTemplates(entries);
  const inputs = entries.map((entry): ChannelInput => ({
    channel: CHANNEL_OF[entry.name],
    wait: OPEN,
    ...changesOf(entry),
  }));
  return ruled(toChannels(inputs, present));
}

/**
 * Each entry changes the channel of its name, and of it only what it names; the second `sms` of the entries is the second
 * of the profile. @throws Problem 422
 */
export function withEdited(present: readonly ProfileChannel[], entries: readonly ChannelEntry[]): ProfileChannel[] {
  refuseTemplates(entries);
  const left = [...entries];
  const edited = present.map((channel) => {
    const at = left.findIndex(({ name }) => CHANNEL_OF[name] === channel.channel);
    const [entry] = at < 0 ? [] : left.splice(at, 1);
    return entry ? { ...channel, ...changesOf(entry) } : channel;
  });
  if (left.length > 0) {
    const fields = left.map((entry) => `channels.${entries.indexOf(entry)}.name`);
    throw validationFailed(fields.map((field) => ({ field, message: 'is not a channel of this profile' })));
  }
  return ruled(edited.sort((a, b) => a.order - b.order));
}

/** All channels of the name. One that comes after a call now is given its minute. @throws Problem 404 */
export function withoutName(present: readonly ProfileChannel[], name: string): ProfileChannel[] {
  const channel = (CHANNEL_OF as Readonly<Record<string, string>>)[name];
  const rest = present.filter((one) => one.channel !== channel);
  if (rest.length === present.length) throw notFound('channel of this profile');
  const tooSoon = tooSoonAfterCall(rest);
  return rest.map((one, i) => (tooSoon.includes(i) ? { ...one, wait: bounds.afterVoice } : one));
}

/** What an entry says about a channel; null takes back what was said before. */
function changesOf({ from, template, order, wait, language, ttl }: ChannelEntry): Omit<ChannelInput, 'channel'> {
  return {
    ...(from !== undefined && { from: from ?? undefined }),
    ...(template !== undefined && { template: template === null ? undefined : toTemplate(template) }),
    ...(typeof order === 'number' && { order }),
    ...(wait !== undefined && { wait: wait ?? OPEN }),
    ...(language !== undefined && { locale: language ?? undefined }),
    ...(ttl !== undefined && { validity: ttl ?? undefined }),
  };
}

/** With the waits that were left open. @throws Problem 422 when one after a call is too short */
function ruled(channels: readonly ProfileChannel[]): ProfileChannel[] {
  const asked = channels.map(({ channel, wait }) => ({ channel, wait: wait === OPEN ? undefined : wait }));
  const tooSoon = tooSoonAfterCall(asked);
  if (tooSoon.length > 0) {
    const message = 'must be at least 60 for the channel after a call';
    throw validationFailed(tooSoon.map((i) => ({ field: `channels.${i}.wait`, message })));
  }
  const waits = waitsOf(asked);
  return channels.map((channel, i) => ({ ...channel, wait: waits[i] ?? channel.wait }));
}

function refuseTemplates(entries: readonly ChannelEntry[]): void {
  const errors = entries.flatMap(({ template }, i): FieldError[] => {
    const message = typeof template === 'string' ? templateFault(template) : undefined;
    return message === undefined ? [] : [{ field: `channels.${i}.template`, message }];
  });
  if (errors.length > 0) throw validationFailed(errors);
}
