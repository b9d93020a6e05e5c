import type { Config } from '../config/config.js';
import { accountsFor, seedOf } from '../config/routing.js';
import type { Facts } from '../store/facts.js';
import type { VerificationState } from '../store/record.js';
import type { NextAttempt } from '../store/verification.store.js';
import type { Decision, Situation } from './failover/policy.js';
import { leaseFor } from './lease.js';

/** A verification as the policy looks at it. Without facts (their secret was retired) there is no plan to follow. */
export function situationOf(
  config: Config,
  state: VerificationState,
  facts: Facts | undefined,
  now: number,
): Situation {
  const seed = seedOf(state.id);
  return {
    steps: facts?.steps ?? [],
    route: ({ channel }) => (facts ? accountsFor(config, channel, facts.country, facts.mode, seed) : []),
    attempts: state.attempts,
    sends: state.sends,
    round: state.round,
    confirmed: state.confirmed,
    delivery: state.delivery,
    next: state.next,
    now,
  };
}

/** The policy's choice in the store's terms. */
export function toNextAttempt(
  config: Config,
  next: Decision['next'],
  facts: Facts | undefined,
): (NextAttempt & { delayMs: number }) | 'keep' | 'none' {
  if (typeof next === 'string') return next;
  const step = facts?.steps[next.step];
  return step ? { ...next, channel: step.channel, leaseMs: leaseFor(config, next.account) } : 'none';
}
