import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { bounds } from '../config/bounds.js';
import { CONFIG, type Config, type Profile, type ProfileChannel } from '../config/config.js';
import { brokenRules, namedTemplates, unsafeTexts } from '../config/plan-rules.js';
import { isUsable } from '../config/routing.js';
import { NamedService } from '../named/named.service.js';
import { notFound, type FieldError } from '../shared/problem.js';
import { renamed } from '../shared/renamed.js';
import { textFault } from '../shared/safe-text.js';
import { ProfileStore } from '../store/profile.store.js';
import { TemplateBook } from '../templates/template-book.js';
import { ProfileBook } from './profile-book.js';
import type { ChannelInput, ChannelsBody, ProfileBody } from './profile.schema.js';

/** Profiles over the API. */
@Injectable()
export class ProfileService extends NamedService<Profile> {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    store: ProfileStore,
    book: ProfileBook,
    private readonly templates: TemplateBook,
  ) {
    super('profile', store, book);
  }

  async create(caller: Caller, body: ProfileBody): Promise<Profile> {
    const { channels = [] } = body;
    const profile: Profile = {
      id: randomUUID(),
      application: caller.application,
      name: body.name,
      status: body.status ?? 'active',
      defaults: body.defaults ?? {},
      channels: toChannels(channels, []),
    };
    await renamed(() => this.save(profile, caller), asListed(channels));
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

  addChannels(caller: Caller, id: string, { channels }: ChannelsBody): Promise<Profile> {
    return this.change(caller, id, (profile) => ({ ...profile, channels: toChannels(channels, profile.channels) }));
  }

  replaceChannels(caller: Caller, id: string, { channels }: ChannelsBody): Promise<Profile> {
    const replace = (profile: Profile): Profile => ({ ...profile, channels: toChannels(channels, []) });
    return renamed(() => this.change(caller, id, replace), asListed(channels));
  }

  removeChannel(caller: Caller, id: string, channelId: string): Promise<Profile> {
    return this.change(caller, id, (profile) => {
      const channels = profile.channels.filter((channel) => channel.id !== channelId);
      if (channels.length === profile.channels.length) throw notFound('channel of this profile');
      return { ...profile, channels };
    });
  }

  protected check({ application, channels, defaults }: Profile, { mode, allowUrls }: Caller) {
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
    const fault = defaults.template && textFault(defaults.template, allowUrls);
    if (fault) errors.push({ field: 'defaults.template', message: fault });
    const declared = this.templates.fromFile(application);
    const references = namedTemplates(channels, defaults).filter(
      (named) => !declared.some(({ id, name }) => named.name === name || named.name === id),
    );
    return { errors, references };
  }
}

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

/** Callers know a channel by its place in their list, and not in the order of the steps. */
function asListed(input: readonly ChannelInput[]): (field: string) => string {
  const steps = input.map(({ order }, place) => ({ place, order: order ?? place })).sort((a, b) => a.order - b.order);
  return (field) => field.replace(/^channels\.(\d+)/, (_, step) => `channels.${steps[Number(step)]?.place}`);
}
