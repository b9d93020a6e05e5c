import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { normaliseCode } from '../codes/alphabets.js';
import { codeMac } from '../codes/code-mac.js';
import type { Keyring } from '../codes/keyring.js';
import { ofMode, recipientRef, referenceHash } from '../recipients/lookup.js';
import { fromQuery, parseRecipient } from '../recipients/recipient.js';
import { Metrics } from '../shared/metrics.js';
import { notFound, Problem, unavailable, validationFailed } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import { openFacts, type Facts } from '../store/facts.js';
import { Traces } from '../telemetry/traces.js';
import type { IndexPosition } from '../store/index-merge.js';
import { isVerificationId } from '../store/keys.js';
import { ownerOf } from '../store/record.js';
import { SearchStore } from '../store/search.store.js';
import { CHECK_RESULTS, VerificationStore, type Once, type StoredVerification } from '../store/verification.store.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { checksLeft, present, presentFor, presentSends, type VerificationView } from './present.js';
import type { CheckBody } from './schemas/check.schema.js';
import type { SearchQuery } from './schemas/search.schema.js';

const TYPED_CODE = /^[A-Z0-9]{4,12}$/;
/** A page whose filters match nothing ends after so many entries instead of walking through all that are kept. */
const MOST_SCANNED = 5_000;

/** Everything about a verification that has been started. */
@Injectable()
export class VerificationService {
  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly store: VerificationStore,
    private readonly searchStore: SearchStore,
    private readonly traces: Traces,
    private readonly metrics: Metrics,
  ) {
    for (const result of CHECK_RESULTS) metrics.checks.inc({ result }, 0);
  }

  /** @throws Problem 404 for ids that this application does not have in this mode, 422 for what cannot be a code, 503 */
  async check(caller: Caller, id: string, { code, transaction }: CheckBody, once?: Once) {
    if (!TYPED_CODE.test(normaliseCode(code))) {
      throw validationFailed([{ field: 'code', message: 'must be 4 to 12 letters and digits' }]);
    }
    if (!isVerificationId(id)) throw notFound('verification');
    const macs = this.keyring.all.map((keys) => ({ keyId: keys.id, mac: codeMac(keys.check, id, code, transaction) }));
    const outcome = await this.traces.around(
      () => this.store.check(ownerOf(caller), id, macs, caller.limits, once),
      (found) =>
        typeof found === 'object'
          ? { name: 'verification.check', id, attributes: { 'passlane.result': found.result } }
          : undefined,
    );
    if (!outcome) throw notFound('verification');
    // As while `PASSLANE_SECRET` rotates: another process may know the key.
    if (outcome === 'unreadable') throw unavailable();
    const { result, status, made, max, allowance } = outcome;
    this.metrics.checks.inc({ result });
    return {
      id,
      result,
      valid: result === 'approved',
      checks: { made, left: checksLeft(status, made, max) },
      sends: presentSends(outcome, allowance),
    };
  }

  async get(caller: Caller, id: string): Promise<VerificationView> {
    const stored = isVerificationId(id) ? await this.store.read(id, caller.limits) : undefined;
    if (!stored || ownerOf(stored.state) !== ownerOf(caller)) throw notFound('verification');
    return this.present(caller, stored, openFacts(this.keyring, stored.sealed));
  }

  /** @throws Problem 404, or 409 when it has already ended */
  async cancel(caller: Caller, id: string, once?: Once): Promise<VerificationView> {
    const outcome = isVerificationId(id) ? await this.store.cancel(ownerOf(caller), id, once) : undefined;
    if (!outcome) throw notFound('verification');
    if (!outcome.canceled) {
      throw new Problem(409, 'already_final', 'Already ended', `The verification is already ${outcome.status}.`);
    }
    return this.get(caller, id);
  }

  /** Newest first. A page may be short, or empty, and yet not the last one. @throws Problem 422 naming `cursor` or `to` */
  async search(caller: Caller, query: SearchQuery): Promise<{ data: VerificationView[]; next_cursor: string | null }> {
    const { application, mode } = caller;
    const owner = ownerOf(caller);
    const { lookups } = this.keyring;
    const { to, reference } = query;
    const address =
      to === undefined ? undefined : parseRecipient(fromQuery(to), query.country ?? caller.country).address;
    const data: VerificationView[] = [];
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const scan = this.searchStore.scan({
      application,
      recipients:
        address === undefined ? undefined : lookups.map((key) => ofMode(recipientRef(key, application, address), mode)),
      referenceHashes:
        reference === undefined ? undefined : lookups.map((key) => referenceHash(key, application, reference)),
      limits: caller.limits,
      from: query.from === undefined ? undefined : Date.parse(query.from),
      until: query.until === undefined ? undefined : Date.parse(query.until),
      before,
    });
    let last: IndexPosition | undefined;
    let scanned = 0;
    for await (const { stored, position } of scan) {
      if (last && (data.length === query.limit || scanned === MOST_SCANNED)) {
        return { data, next_cursor: encodeCursor(last) };
      }
      last = position;
      scanned++;
      if (!stored) continue;
      const facts = openFacts(this.keyring, stored.sealed);
      if (ownerOf(stored.state) === owner && matches(stored, facts, query)) {
        data.push(this.present(caller, stored, facts));
      }
    }
    return { data, next_cursor: null };
  }

  private present(caller: Caller, { state, allowance }: StoredVerification, facts: Facts | undefined) {
    return present(state, facts, presentFor(caller, allowance));
  }
}

/** The index has found candidates by one property; the others are looked at here. */
function matches({ state }: StoredVerification, facts: Facts | undefined, query: SearchQuery): boolean {
  const { to, status, channel, reference } = query;
  // A record may outlive its number: then nobody finds it by that any more.
  if (to !== undefined && !facts) return false;
  if (status !== undefined && state.status !== status) return false;
  if (reference !== undefined && facts?.reference !== reference) return false;
  return (
    channel === undefined || state.next?.channel === channel || state.attempts.some((one) => one.channel === channel)
  );
}
