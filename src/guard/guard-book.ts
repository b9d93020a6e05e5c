import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { BoundedMap } from '../shared/bounded-map.js';
import { compileLists } from './lists.js';
import { GuardSettingsBook } from './guard-settings.js';
import type { CountryPolicy, GuardPolicy, GuardSettings } from './policy.js';

/** Policies that are kept ready; putting one together costs microseconds, unless its lists are long. */
const MOST = 10_000;

interface Known {
  readonly from: GuardSettings;
  readonly policy: GuardPolicy;
}

/** What holds for each application: the file's part, and on top of it what was said over the API. */
@Injectable()
export class GuardBook {
  private readonly known = new BoundedMap<Known>(MOST);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly settings: GuardSettingsBook,
  ) {}

  /** At once when it is known. @throws what a Redis that is away throws */
  policyOf(application: string): GuardPolicy | Promise<GuardPolicy> {
    const settings = this.settings.settingsOf(application);
    if (settings instanceof Promise) return settings.then((found) => this.policyFrom(application, found));
    return this.policyFrom(application, settings);
  }

  /** A limit of the file, and not of the API. */
  declaresLimit(application: string, name: string): boolean {
    return this.config.applications.get(application)?.guard.limits?.some((limit) => limit.name === name) ?? false;
  }

  private policyFrom(application: string, settings: GuardSettings): GuardPolicy {
    const known = this.known.get(application);
    if (known?.from === settings) return known.policy;
    const file = this.config.applications.get(application)?.guard ?? {};
    const policy = compose(file, settings);
    this.known.set(application, { from: settings, policy });
    return policy;
  }
}

/** For applications that say nothing about it. */
const DEFAULTS = {
  pumping: {
    pumping_prefix: 'enforce',
    pumping_country: 'enforce',
    unverified_share: 'enforce',
    countries_per_ip: 'enforce',
  },
  lineTypes: {
    premium: 'enforce',
    shared_cost: 'enforce',
    personal: 'enforce',
    satellite: 'enforce',
    unallocated: 'enforce',
  },
} as const;

/** Limits and entries of both hold; of everything else the API's word is the later one. */
export function compose(file: GuardSettings, api: GuardSettings): GuardPolicy {
  return {
    limits: [...(file.limits ?? []), ...(api.limits ?? [])],
    pumping: { ...DEFAULTS.pumping, ...file.pumping, ...api.pumping },
    countries: bothOf(file.countries, api.countries),
    lineTypes: { ...DEFAULTS.lineTypes, ...file.lineTypes, ...api.lineTypes },
    lists: compileLists([...(file.entries ?? []), ...(api.entries ?? [])]),
  };
}

function bothOf(file?: CountryPolicy, api?: CountryPolicy): CountryPolicy {
  const channels: Record<string, object> = { ...file?.channels };
  for (const [channel, modes] of Object.entries(api?.channels ?? {})) {
    channels[channel] = { ...channels[channel], ...modes };
  }
  return { all: { ...file?.all, ...api?.all }, channels };
}
