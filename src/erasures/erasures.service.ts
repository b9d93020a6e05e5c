import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Caller } from '../applications/key-book.js';
import type { Keyring } from '../codes/keyring.js';
import { SandboxInbox } from '../providers/sandbox/inbox.js';
import { ofMode, recipientRef, referenceHash, type RecipientRef } from '../recipients/lookup.js';
import { parseRecipient } from '../recipients/recipient.js';
import { Problem, unavailable } from '../shared/problem.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { ErasureStore, type Erasable } from '../store/erasure.store.js';
import { everyReference, openFacts } from '../store/facts.js';
import { ReceiptStore } from '../store/receipt.store.js';
import type { ErasureBody } from './erasure.schema.js';

/** A live key forgets everything of a number; a test key must not end what people are doing. */
const MODES = ['live', 'test'] as const;
const TEST_ONLY = ['test'] as const;
/** Verifications that are erased at a time: bounds the time that Redis serves nobody else. */
const BATCH = 100;
/** Whoever starts faster than this erases is told to come back. */
const ROUNDS = 100;

/** So many of each. */
interface Erased {
  verifications: number;
  canceled: number;
  messages: number;
}

/**
 * Forgets a recipient within one application. What lies on other nodes goes first and the records last, so that a call
 * which a crash has cut off finds everything again when it is repeated. Budgets stay: keyed hashes with an end, without
 * which erasing would be a way to new tries (docs/decisions/0016-retention-and-erasure.md).
 */
@Injectable()
export class ErasuresService {
  private readonly inbox: SandboxInbox;

  constructor(
    @Inject(REDIS) redis: RedisClient,
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: ErasureStore,
    private readonly receipts: ReceiptStore,
  ) {
    this.inbox = new SandboxInbox(redis, keyring);
  }

  /** @throws Problem 403, 422, 503 */
  async erase(caller: Caller, { to, country }: ErasureBody) {
    if (!caller.scopes.has('pii:read')) throw mayNotKnow();
    const { application } = caller;
    const { address } = parseRecipient(to, country ?? caller.country);
    const erased = { verifications: 0, canceled: 0, messages: 0 };
    for (const lookup of this.keyring.lookups) {
      const ref = recipientRef(lookup, application, address);
      for (const mode of caller.mode === 'test' ? TEST_ONLY : MODES) {
        await this.eraseAll(ofMode(ref, mode), application, erased);
      }
    }
    const answer = { ...erased, sandbox_messages: await this.inbox.clear(application, address) };
    this.logger.info({ application, ...answer }, 'recipient erased');
    return answer;
  }

  private async eraseAll(recipient: RecipientRef, application: string, erased: Erased): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const found = await this.store.find(recipient, BATCH);
      if (found.length === 0) return;
      await this.remove(recipient, application, found);
      erased.verifications += found.filter(({ was }) => was !== 'gone').length;
      erased.canceled += found.filter(({ was }) => was === 'live').length;
      erased.messages += found.flatMap(({ messages }) => messages).length;
    }
    throw unavailable();
  }

  private async remove(recipient: RecipientRef, application: string, found: readonly Erasable[]): Promise<void> {
    const messages = found.flatMap((one) => one.messages);
    await Promise.all(messages.map(({ account, messageId }) => this.receipts.forget(account, messageId)));
    const facts = found.flatMap(({ facts }) => openFacts(this.keyring, { facts }) ?? []);
    const references = new Set(facts.flatMap(everyReference));
    const hashes = [...references].flatMap((reference) =>
      this.keyring.lookups.map((lookup) => referenceHash(lookup, application, reference)),
    );
    await this.store.erase(
      recipient,
      application,
      found.map(({ id }) => id),
      hashes,
    );
  }
}

const mayNotKnow = (): Problem => new Problem(403, 'forbidden', 'Not allowed', 'This key lacks the scope pii:read.');
