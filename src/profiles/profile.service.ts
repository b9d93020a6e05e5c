import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { bounds } from '../config/bounds.js';
import { CONFIG, type Config, type Profile, type ProfileChannel } from '../config/config.js';
import { brokenRules, hasCode, unsafeTexts } from '../config/plan-rules.js';
import { isUsable } from '../config/routing.js';
import { notFound, Problem, unavailable, validationFailed, type FieldError } from '../shared/problem.js';
import { textFault } from '../shared/safe-text.js';
import { ProfileStore, type StoredProfile } from '../store/profile.store.js';
import { ProfileBook } from './profile-book.js';
import type { ChannelInput, ChannelsBody, ProfileBody, ProfileQuery } from './profile.schema.js';

const TRIES = 5;

/** Profiles over the API. Each change is checked as a whole, and saved only if nobody else has changed it meanwhile. */
@Injectable()
export class ProfileService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: ProfileStore,
    private readonly book: ProfileBook,
  ) {}

  async create(caller: Caller, body: ProfileBody): Promise<Profile> {
    const profile: Profile = {
      id: randomUUID(),
      application: caller.application,
      name: body.name,
      status: body.status ?? 'active',
      defaults: body.defaults ?? {},
      channels: toChannels(body.channels ?? [], []),
    };
    await this.save(profile, caller);
    return profile;
  }

  /** By name. The cursor is the last name of the page before. */
  async list({ application }: Caller, query: ProfileQuery): Promise<{ data: Profile[]; next_cursor: string | null }> {
    const { id, name, status, limit, cursor = '' } = query;
    const matching = (await this.book.list(application))
      .filter((profile) => id === undefined || profile.id === id)
      .filter((profile) => name === undefined || profile.name === name)
      .filter((profile) => status === undefined || profile.status === status)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .filter((profile) => profile.name > cursor);
    const data = matching.slice(0, limit);
    return { data, next_cursor: matching.length > limit ? (data.at(-1)?.name ?? null) : null };
  }

  async get({ application }: Caller, id: string): Promise<Profile> {
    const fromFile = this.book.fromFile(application).find((profile) => profile.id === id);
    const profile = fromFile ?? (await this.store.find(application, id))?.profile;
    if (!profile) throw notFound('profile');
    return profile;
  }

  patch(caller: Caller, id: string, { name, status, defaults }: Partial<ProfileBody>): Promise<Profile> {
    return this.change(caller, id, (profile) => ({
      ...profile,
      name: name ?? profile.name,
      status: status ?? profile.status,
      defaults: { ...profile.defaults, ...defaults },
    }));
  }

  async delete(caller: Caller, id: string): Promise<void> {
    this.refuseFile(caller, id);
    const stored = await this.store.find(caller.application, id);
    if (!stored || !(await this.store.delete(stored.profile))) throw notFound('profile');
    this.book.forget(caller.application);
  }

  addChannels(caller: Caller, id: string, { channels }: ChannelsBody): Promise<Profile> {
    return this.change(caller, id, (profile) => ({ ...profile, channels: toChannels(channels, profile.channels) }));
  }

  replaceChannels(caller: Caller, id: string, { channels }: ChannelsBody): Promise<Profile> {
    return this.change(caller, id, (profile) => ({ ...profile, channels: toChannels(channels, []) }));
  }

  removeChannel(caller: Caller, id: string, channelId: string): Promise<Profile> {
    return this.change(caller, id, (profile) => {
      const channels = profile.channels.filter((channel) => channel.id !== channelId);
      if (channels.length === profile.channels.length) throw notFound('channel of this profile');
      return { ...profile, channels };
    });
  }

  /**
   * @param edit may be called again when somebody else was faster; what it throws ends the change
   * @throws Problem 404, 409, 422
   */
  async change(caller: Caller, id: string, edit: (profile: Profile) => Profile): Promise<Profile> {
    this.refuseFile(caller, id);
    for (let tries = 0; tries < TRIES; tries++) {
      const read = await this.store.find(caller.application, id);
      if (!read) throw notFound('profile');
      const profile = edit(read.profile);
      if (await this.save(profile, caller, read)) return profile;
    }
    throw unavailable();
  }

  /** @returns false when somebody else was faster. @throws Problem 422 for every broken rule */
  private async save(profile: Profile, caller: Caller, read?: StoredProfile): Promise<boolean> {
    const errors = this.errorsOf(profile, caller);
    if (this.book.fromFile(profile.application).some(({ name }) => name === profile.name)) errors.push(NAME_TAKEN);
    if (errors.length > 0) throw validationFailed(errors);
    const outcome = await this.store.save(profile, read);
    if (outcome === 'taken') throw validationFailed([NAME_TAKEN]);
    if (outcome === 'full') throw new Problem(409, 'too_many', 'Too many', 'The application has 500 profiles already.');
    this.book.forget(profile.application);
    return outcome === 'saved';
  }

  private errorsOf({ channels, defaults }: Profile, { mode, allowUrls }: Caller): FieldError[] {
    const errors = channels.flatMap(({ channel }, index): FieldError[] =>
      isUsable(this.config, channel, mode)
        ? []
        : [{ field: `channels.${index}.channel`, message: `no account can be used for ${channel} with a ${mode} key` }],
    );
    const active = channels.filter(({ status }) => status === 'active');
    for (const { step, field, message } of brokenRules(active)) {
      const index = channels.indexOf(active[step] as ProfileChannel);
      errors.push({ field: `channels.${index}.${field}`, message });
    }
    for (const { step, field, message } of unsafeTexts(channels, allowUrls)) {
      errors.push({ field: `channels.${step}.${field}`, message });
    }
    if (channels.length > bounds.steps) {
      errors.push({ field: 'channels', message: `must not be more than ${bounds.steps}` });
    }
    const { template } = defaults;
    if (template === undefined) return errors;
    const field = 'defaults.template';
    if (!hasCode(template)) errors.push({ field, message: 'must hold {{code}}' });
    const fault = textFault(template, allowUrls);
    if (fault !== undefined) errors.push({ field, message: fault });
    return errors;
  }

  private refuseFile({ application }: Caller, id: string): void {
    if (!this.book.fromFile(application).some((profile) => profile.id === id)) return;
    throw new Problem(409, 'read_only', 'Read only', 'This profile is declared in the configuration file.');
  }
}

const NAME_TAKEN: FieldError = { field: 'name', message: 'is already the name of another profile' };

/** New channels beside the ones that are there, in order; those without `order` come last, as listed. */
export function toChannels(input: readonly ChannelInput[], present: readonly ProfileChannel[]): ProfileChannel[] {
  const first = Math.max(-1, ...present.map(({ order }) => order)) + 1;
  const added = input.map((one, index): ProfileChannel => ({
    id: randomUUID(),
    channel: one.channel,
    from: one.from,
    template: one.template,
    wait: one.wait ?? bounds.wait.default,
    order: one.order ?? first + index,
    status: one.status ?? 'active',
    confirm_on: one.confirm_on ?? 'delivered',
    locale: one.locale,
    validity: one.validity,
  }));
  return [...present, ...added].sort((a, b) => a.order - b.order);
}
