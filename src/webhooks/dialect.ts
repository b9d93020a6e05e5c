import type { Caller } from '../applications/key-book.js';
import type { PasslaneEvent } from '../events/event.js';

/** Injection token of all dialects there are: those of closed doors too, since their webhooks go on. */
export const DIALECTS = Symbol('dialects');

/** A webhook that a door has made, as its dialect sees it. */
export interface DialectWebhook {
  readonly id: string;
  readonly url: string;
  /** What the door keeps of it. */
  readonly own: unknown;
}

export interface Words {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How another product's webhooks speak. The pump chooses when to send, the dialect what. */
export interface Dialect {
  readonly name: string;
  /**
   * @param named a start has named this webhook, so it need not have asked for such events
   * @returns undefined for what it is not told of. @throws when Redis cannot be reached
   */
  tell(webhook: DialectWebhook, event: PasslaneEvent, named: boolean): Promise<Words | undefined>;
  /** Asks a receiver whether it wants our events: it must answer with `challenge`. */
  ask(webhook: DialectWebhook, challenge: string): Words;
  /**
   * What the door keeps of a webhook that somebody points elsewhere: nothing that only the old receiver may know.
   * @param by whoever does that: from now on it shows no more than they may see
   */
  moved(own: unknown, by: Caller): unknown;
}

/** Which dialect a webhook speaks; kept with its settings. */
export interface DialectSettings {
  readonly name: string;
  readonly own: unknown;
}

/** @throws Error when there is no such dialect (any more) */
export function dialectOf(dialects: readonly Dialect[], { name }: DialectSettings): Dialect {
  const dialect = dialects.find((one) => one.name === name);
  if (!dialect) throw new Error(`no dialect ${name}`);
  return dialect;
}
