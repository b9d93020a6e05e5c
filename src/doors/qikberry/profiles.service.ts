import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import type { Profile, ProfileChannel } from '../../config/config.js';
import { hasCode } from '../../config/plan-rules.js';
import { textFor } from '../../config/template-text.js';
import { ProfileService } from '../../profiles/profile.service.js';
import { renamed } from '../../shared/renamed.js';
import { TemplateBook } from '../../templates/template-book.js';
import { idAsKept } from '../id-as-kept.js';
import { withAdded, withEdited, withoutName } from './profile-channels.js';
import type { ChannelsBody, ProfileBody, ProfileFilter } from './profiles.schema.js';
import { TIMEOUT } from './send.schema.js';
import { fromTemplate } from './texts.js';

/** As many as an application may have. */
const ALL = 500;

/** Profiles as the platform's callers see and change them. */
@Injectable()
export class PlatformProfiles {
  constructor(
    private readonly profiles: ProfileService,
    private readonly templates: TemplateBook,
  ) {}

  async create(caller: Caller, { name, status }: ProfileBody) {
    return this.viewOf(
      await this.profiles.create(caller, { name, status: STATUS_OF[status ?? '1'], defaults: { ttl: TIMEOUT } }),
    );
  }

  async list(caller: Caller, filter: ProfileFilter) {
    const status = filter['filter[status]'];
    const { data } = await this.profiles.list(caller, {
      id: filter['filter[id]'] && idAsKept(filter['filter[id]']),
      name: filter['filter[name]'],
      limit: ALL,
    });
    const views = await Promise.all(data.map((profile) => this.viewOf(profile)));
    return views.filter((view) => status === undefined || view.status === status);
  }

  async get(caller: Caller, id: string) {
    return this.viewOf(await this.profiles.get(caller, idAsKept(id)));
  }

  async edit(caller: Caller, id: string, { name, status }: ProfileBody) {
    const changes = { name, status: status ? STATUS_OF[status] : undefined };
    return this.viewOf(await this.profiles.patch(caller, idAsKept(id), changes));
  }

  async delete(caller: Caller, id: string) {
    const before = await this.get(caller, id);
    await this.profiles.delete(caller, before.id);
    return before;
  }

  addChannels(caller: Caller, id: string, { channels }: ChannelsBody) {
    return this.change(caller, id, (present) => withAdded(present, channels));
  }

  editChannels(caller: Caller, id: string, { channels }: ChannelsBody) {
    return this.change(caller, id, (present) => withEdited(present, channels));
  }

  deleteChannel(caller: Caller, id: string, name: string) {
    return this.change(caller, id, (present) => withoutName(present, name));
  }

  private async change(caller: Caller, id: string, edit: (present: readonly ProfileChannel[]) => ProfileChannel[]) {
    const change = (profile: Profile): Profile => ({ ...profile, channels: edit(profile.channels) });
    const nameOf = (field: string): string => field.replace(/\.channel$/, '.name');
    return this.viewOf(await renamed(() => this.profiles.change(caller, idAsKept(id), change), nameOf));
  }

  private async viewOf({ id, application, name, status, channels, defaults }: Profile) {
    const textOf = ({ template, locale = defaults.locale }: ProfileChannel) =>
      this.textOf(application, template, locale);
    const texts = await Promise.all(channels.map(textOf));
    return {
      id,
      name,
      status: flagOf(status),
      channels: channels.map((one, i) => ({
        id: one.id,
        name: one.channel === 'voice' ? 'tts' : one.channel,
        from: one.from ?? null,
        template: texts[i] ?? null,
        wait: one.wait,
        order: one.order,
        status: flagOf(one.status),
        language: one.locale ?? null,
        ttl: one.validity ?? null,
      })),
    };
  }

  /** The platform knows texts only: of a template its text is shown. */
  private async textOf(application: string, template: string | undefined, locale = 'en'): Promise<string | undefined> {
    if (template === undefined) return undefined;
    if (hasCode(template)) return fromTemplate(template);
    const named = await this.templates.find(application, template);
    return named && fromTemplate(textFor(named, locale).text);
  }
}

const STATUS_OF = { '1': 'active', '0': 'inactive' } as const;

const flagOf = (status: Profile['status']): string => (status === 'active' ? '1' : '0');
