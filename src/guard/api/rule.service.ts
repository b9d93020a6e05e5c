import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { CONFIG, type Config } from '../../config/config.js';
import { byName, type NamedQuery } from '../../named/named.service.js';
import { readOnly, validationFailed } from '../../shared/problem.js';
import { GuardSettingsStore } from '../../store/guard-settings.store.js';
import type { StoredRule } from '../../store/rule.store.js';
import { compose } from '../guard-book.js';
import { GuardSettingsBook } from '../guard-settings.js';
import { LimitService } from './limit.service.js';
import { faultsOf, OWN_RULES, type OwnRule } from './own-rules.js';
import type { RuleBody, RulePatch } from './rule.schema.js';

type RuleView = { readonly id: string; readonly name: string; readonly read_only: boolean } & Readonly<
  Record<string, unknown>
>;

/** All rules of an application: the limits that people make, and those that the guard has of its own. */
@Injectable()
export class RuleService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly limits: LimitService,
    private readonly store: GuardSettingsStore,
    private readonly settings: GuardSettingsBook,
  ) {}

  async create(caller: Caller, body: RuleBody): Promise<RuleView> {
    return this.viewOf(caller, await this.limits.create(caller, body));
  }

  /** By name. */
  async list(caller: Caller, query: NamedQuery): Promise<{ data: RuleView[]; next_cursor: string | null }> {
    const limits = (await this.limits.all(caller)).map((rule) => this.viewOf(caller, rule));
    return byName([...limits, ...(await this.ownViews(caller))], query);
  }

  /** @throws Problem 404 */
  async get(caller: Caller, id: string): Promise<RuleView> {
    const own = (await this.ownViews(caller, id))[0];
    return own ?? this.viewOf(caller, await this.limits.get(caller, id));
  }

  /** @throws Problem 404, 409, 422 */
  async patch(caller: Caller, id: string, patch: RulePatch): Promise<RuleView> {
    const own = this.changeable(caller, id);
    if (!own) return this.viewOf(caller, await this.limits.patch(caller, id, patch));
    const faults = faultsOf(own, patch);
    if (faults.length > 0) throw validationFailed(faults);
    await this.say(caller, own.said(patch));
    return this.get(caller, id);
  }

  /** Of the guard's own rules only what was said about them goes. @throws Problem 404, 409 */
  async delete(caller: Caller, id: string): Promise<void> {
    const own = this.changeable(caller, id);
    if (!own) return this.limits.delete(caller, id);
    return this.say(caller, Object.fromEntries(own.fields.map((field) => [field, null])));
  }

  private async say({ application }: Caller, said: Record<string, string | null>): Promise<void> {
    await this.store.set(application, said);
    this.settings.forget(application);
  }

  /** The guard's own rule of this name, if it is one. @throws Problem 409 */
  private changeable({ application }: Caller, id: string): OwnRule | undefined {
    const own = OWN_RULES.find((rule) => rule.id === id);
    if (own?.isDeclared(this.declared(application))) throw readOnly('rule');
    return own;
  }

  private async ownViews({ application }: Caller, id?: string): Promise<RuleView[]> {
    const wanted = OWN_RULES.filter((rule) => id === undefined || rule.id === id);
    if (wanted.length === 0) return [];
    const file = this.declared(application);
    const policy = compose(file, await this.settings.load(application));
    return wanted.map((rule) => ({
      id: rule.id,
      name: rule.id,
      kind: rule.kind,
      ...rule.view(policy),
      read_only: rule.isDeclared(file),
    }));
  }

  private declared(application: string) {
    return this.config.applications.get(application)?.guard ?? {};
  }

  private viewOf(caller: Caller, rule: StoredRule): RuleView {
    const { id, name, key, limit_key = null, limits, mode, status } = rule;
    const read_only = this.limits.isDeclared(caller, id);
    return { id, name, kind: 'limit', key, limit_key, limits, mode, status, read_only };
  }
}
