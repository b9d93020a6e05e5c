import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type Limit } from '../../config/config.js';
import { RuleStore, type StoredRule } from '../../store/rule.store.js';
import { GuardSettingsBook } from '../guard-settings.js';
import type { LimitRule } from '../policy.js';

/** The limits that people make, and those of the file. */
@Injectable()
export class RuleBook {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: RuleStore,
    private readonly settings: GuardSettingsBook,
  ) {}

  /** As it stands in Redis now. */
  async list(application: string): Promise<StoredRule[]> {
    return [...this.fromFile(application), ...(await this.store.list(application))];
  }

  fromFile(application: string): StoredRule[] {
    const limits = this.config.applications.get(application)?.guard.limits ?? [];
    return limits.map((rule) => toStored(application, rule));
  }

  forget(application: string): void {
    this.settings.forget(application);
  }
}

const toStored = (application: string, { id, name, key, limitKey, limits, mode }: LimitRule): StoredRule => ({
  id,
  application,
  name,
  key,
  limit_key: limitKey,
  limits: limits.map(limitText),
  mode,
  status: 'active',
});

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `5/10m`, in the largest unit that fits. */
function limitText({ count, seconds }: Limit): string {
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${count}/${seconds / size}${unit}`;
}
