import type { Budgets } from './budget.js';
import type { Performed } from './script-rules.js';
import { must } from './violation.js';
import type { Reply } from './virtual-redis.js';

/** A send that a caller has asked for. */
export function spend({ now, script }: Performed, budgets: Budgets): void {
  const refusal = budgets.refusal(now);
  must(refusal === undefined, 'budget', () => `${script} sent although ${refusal!.limit} refuses`);
  budgets.sends.use(now);
}

/** The limit that refuses for the longest, and for exactly how long. */
export function mustRefuse({ now, script, answer }: Performed, budgets: Budgets): void {
  const { limit, ms } = budgets.refusal(now) ?? { limit: 'nothing', ms: 0 };
  const expected = JSON.stringify(['limited', limit, ms, now + ms]);
  must(
    JSON.stringify(answer) === expected,
    'budget',
    () => `${script} answered ${JSON.stringify(answer)}: ${expected}`,
  );
}

/** What is left ends the answer. */
export function mustTell({ now, script, answer }: Performed, budgets: Budgets): void {
  const refusal = budgets.refusal(now);
  const expected = JSON.stringify([budgets.sends.left(now), refusal ? now + refusal.ms : null]);
  const told = JSON.stringify((answer as unknown[]).slice(-2));
  must(told === expected, 'budget', () => `${script} told ${told} instead of ${expected}`);
}

/** Nothing is forgotten that still counts, and nothing is kept that does not. */
export function mustKeep({ sends, failures }: Reply, budgets: Budgets, now: number): void {
  const kept = JSON.stringify([sends, failures]);
  const expected = JSON.stringify([budgets.sends.kept(now), budgets.failures.kept(now)]);
  must(kept === expected, 'budget', () => `Redis holds ${kept} instead of ${expected}`);
}
