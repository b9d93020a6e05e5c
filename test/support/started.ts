import { freshNumber, type Api } from './api.js';
import type { Gateway } from './gateway.js';
import { until } from './wait.js';

export interface Started {
  readonly to: string;
  readonly id: string;
  readonly code: string;
}

/** Starts a verification and waits until its code is in the gateway. */
export async function startAndReceive(
  api: Api,
  gateway: Gateway,
  body: Record<string, unknown> = {},
): Promise<Started> {
  const to = freshNumber();
  const answer = await api.start(to, body);
  if (answer.status !== 201) throw new Error(`the start was answered ${answer.status}: ${answer.text}`);
  const message = await until('the message', () => gateway.to(to)[0]);
  return { to, id: answer.body.id, code: message.body.code ?? '' };
}

/** How often each value comes. */
export function tally(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
