import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { parseLimits } from '../../config/limits.js';
import { NamedService } from '../../named/named.service.js';
import { validationFailed, type FieldError } from '../../shared/problem.js';
import { RuleStore, type StoredRule } from '../../store/rule.store.js';
import { faultsOf, isReserved } from './own-rules.js';
import { RuleBook } from './rule-book.js';
import type { RuleBody, RulePatch } from './rule.schema.js';

/** What of a patch is for a limit. */
const OF_LIMITS = { settings: ['name', 'limits', 'mode', 'status'] as const };

/** Limits over the API. */
@Injectable()
export class LimitService extends NamedService<StoredRule> {
  constructor(store: RuleStore, book: RuleBook) {
    super('rule', store, book);
  }

  async create(caller: Caller, body: RuleBody): Promise<StoredRule> {
    const { name, key, limit_key, limits, mode = 'enforce', status = 'active' } = body;
    const named = key === 'limit_key' ? (limit_key ?? name) : limit_key;
    const { application } = caller;
    const rule = { id: randomUUID(), application, name, key, limit_key: named, limits, mode, status };
    await this.save(rule, caller);
    return rule;
  }

  patch(caller: Caller, id: string, patch: RulePatch): Promise<StoredRule> {
    const faults = faultsOf(OF_LIMITS, patch);
    const { name, limits, mode, status } = patch;
    if (mode === 'off') faults.push({ field: 'mode', message: 'must be enforce or monitor; status switches it off' });
    if (faults.length > 0 || mode === 'off') throw validationFailed(faults);
    return this.change(caller, id, (rule) => ({
      ...rule,
      name: name ?? rule.name,
      limits: limits ?? rule.limits,
      mode: mode ?? rule.mode,
      status: status ?? rule.status,
    }));
  }

  all({ application }: Caller): Promise<StoredRule[]> {
    return this.book.list(application);
  }

  isDeclared({ application }: Caller, id: string): boolean {
    return this.book.fromFile(application).some((rule) => rule.id === id);
  }

  protected check({ name, key, limit_key, limits }: StoredRule) {
    const errors: FieldError[] = [];
    if (isReserved(name)) errors.push({ field: 'name', message: 'is the name of a limit of the service' });
    if (limit_key !== undefined && key !== 'limit_key') {
      errors.push({ field: 'limit_key', message: 'goes with the key limit_key only' });
    }
    if (!parseLimits(limits)) errors.push({ field: 'limits', message: 'must be at most 1000 in 30 days each' });
    return { errors };
  }
}
