import type { Redis } from 'ioredis';
import type { OutgoingMessage, Provider, Receipt } from '../../src/providers/contract.js';
import { ProviderError, type FailureKind } from '../../src/providers/errors.js';
import { smpp } from '../../src/providers/smpp/definition.js';
import { PASSWORD, SYSTEM_ID, type Smsc } from '../peers/smpp-smsc.js';
import { inSeconds, outgoingMessage } from './messages.js';
import { makeProvider } from './provider.js';

/** The settings of an account at these message centres. */
export const smppSettings = (servers: readonly string[], more: object = {}): Record<string, unknown> => ({
  servers,
  systemId: SYSTEM_ID,
  password: PASSWORD,
  ...more,
});

/** An account at a message centre, and the receipts that it hands on. It keeps nothing in Redis. */
export function smppAccount(
  smsc: Pick<Smsc, 'url'>,
  more: object = {},
  receive: (receipt: Receipt) => Promise<void> = () => Promise.resolve(),
): Provider {
  return makeProvider(smpp, smppSettings([smsc.url], more), undefined as unknown as Redis, receive);
}

/** How a message fails, and after how many milliseconds. */
export async function failureOf(
  provider: Provider,
  seconds = 10,
  message: OutgoingMessage = outgoingMessage(),
): Promise<{ kind: FailureKind; code: string; ms: number }> {
  const began = Date.now();
  const error: unknown = await provider.send(message, inSeconds(seconds)).then(
    (accepted) => new Error(`accepted as ${accepted.messageId ?? ''}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw error;
  return { kind: error.kind, code: error.code, ms: Date.now() - began };
}
