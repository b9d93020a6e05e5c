import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import type { Keyring } from '../../codes/keyring.js';
import type { PasslaneEvent } from '../../events/event.js';
import { KEYRING } from '../../shared/tokens.js';
import { openFacts, referenceOf, senderOf } from '../../store/facts.js';
import { VerificationStore } from '../../store/verification.store.js';
import type { Dialect, DialectWebhook, Words } from '../../webhooks/dialect.js';
import { messageStatus, outcomeIn } from './message-status.js';
import { DIALECT, type PlatformWebhook } from './webhook-settings.js';

/** `{event, payload}` for each message, as the platform posts it. Numbers and references come from the record. */
@Injectable()
export class PlatformDialect implements Dialect {
  readonly name = DIALECT;

  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly store: VerificationStore,
  ) {}

  async tell({ id, url, own }: DialectWebhook, event: PasslaneEvent, named: boolean): Promise<Words | undefined> {
    const { data } = event;
    if (!('verification_id' in data)) return undefined;
    const { secret, subscriptions, readPii, byTestKey } = own as PlatformWebhook;
    const stored = await this.store.read(data.verification_id);
    const happened = stored && outcomeIn({ ...event, data }, stored.state.attempts);
    if (!happened) return undefined;
    const { attempt, outcome } = happened;
    const facts = openFacts(this.keyring, stored.sealed);
    const isAnothers = byTestKey === true && stored.state.mode === 'live';
    const to = facts && readPii && !isAnothers ? facts.to : stored.state.masked;
    const from = facts && senderOf(facts, stored.state, attempt);
    const reference = facts && !isAnothers ? referenceOf(facts, stored.state, attempt) : undefined;
    const about = { verification: stored.state.id, to, from, reference };
    const status = messageStatus(attempt, outcome, about);
    if (!status || !(named || subscriptions.some((one) => one.event === status.event))) return undefined;
    const body = JSON.stringify(status);
    return { url, headers: { ...bearer(secret), signature: signatureOf(id, body) }, body };
  }

  ask({ id, url, own }: DialectWebhook, challenge: string): Words {
    const { secret, validationKey = '' } = own as PlatformWebhook;
    const asking = new URL(url);
    asking.searchParams.set('token', validationKey);
    const body = JSON.stringify({ validation_key: validationKey, challenge });
    return { url: asking.href, headers: { ...bearer(secret), signature: signatureOf(id, body) }, body };
  }

  moved(own: unknown, { mode, scopes }: Caller): PlatformWebhook {
    const before = own as PlatformWebhook;
    const readPii = before.readPii && scopes.has('pii:read');
    const byTestKey = before.byTestKey === true || mode === 'test';
    return { ...before, secret: undefined, validationKey: undefined, readPii, byTestKey };
  }
}

const bearer = (secret: string | undefined): Record<string, string> =>
  secret === undefined ? {} : { authorization: `Bearer ${secret}` };

/** Who knows the webhook's id can verify it, and only who does can make it. */
const signatureOf = (id: string, body: string): string => createHmac('sha256', id).update(body).digest('hex');
