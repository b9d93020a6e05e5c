import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { Problem } from '../../shared/problem.js';
import type { VerificationView } from '../../verifications/present.js';
import { VerificationService } from '../../verifications/verification.service.js';
import { idAsKept } from '../id-as-kept.js';
import { withoutPlus } from './numbers.js';
import { platformTime } from './texts.js';

/** The platform knows an id that it does not, and nothing of cancelling and locking: both are as good as unknown. */
const RESULTS = {
  approved: 'success',
  incorrect: 'invalid',
  replaced: 'invalid',
  expired: 'expired',
  already_approved: 'OTP already verified',
  canceled: 'failed',
  locked: 'failed',
} as const;

const STATUSES = { pending: 'sent', approved: 'success', expired: 'expired', canceled: 'cancelled', locked: 'failed' };

/** Ours that have another word there; all others are the same. */
const ATTEMPT_STATUSES: Readonly<Record<string, string>> = { sending: 'queued', maybe_sent: 'sent' };

/** What becomes of a code that was sent: the platform's words for the core's. */
@Injectable()
export class VerifyService {
  constructor(private readonly verifications: VerificationService) {}

  async check(caller: Caller, id: string, code: string) {
    const status = await this.verifications.check(caller, idAsKept(id), { code }).then(
      ({ result }) => RESULTS[result],
      // What can be no code is a wrong one.
      insteadOf({ 404: 'failed', 422: 'invalid' }),
    );
    return { id, status };
  }

  /** @throws Problem 404 */
  async search(caller: Caller, id: string) {
    const view = await this.verifications.get(caller, idAsKept(id));
    const to = withoutPlus(view.to);
    return {
      id,
      to,
      reference: view.reference,
      status: statusOf(view),
      created_at: platformTime(view.created_at),
      expire_at: platformTime(view.expires_at),
      channels: view.attempts.map((attempt) => ({
        id: attempt.id,
        to,
        from: attempt.from,
        channel: attempt.channel,
        event_id: attempt.provider_message_id,
        created_at: platformTime(attempt.queued_at),
        status: ATTEMPT_STATUSES[attempt.status] ?? attempt.status,
      })),
    };
  }

  async cancel(caller: Caller, id: string) {
    const status = await this.verifications
      .cancel(caller, idAsKept(id))
      .then(() => 'success', insteadOf({ 404: 'failed', 409: 'failed' }));
    return { id, status };
  }
}

/** Nothing more is under way and nothing has arrived: that is a failure there. The code itself is still right here. */
const statusOf = ({ status, delivery }: VerificationView): string =>
  status === 'pending' && delivery === 'undelivered' ? 'failed' : STATUSES[status];

/** The platform answers some of our problems with a word and 200. */
const insteadOf =
  (words: Readonly<Record<number, string>>) =>
  (error: unknown): string => {
    const word = error instanceof Problem ? words[error.status] : undefined;
    if (word === undefined) throw error;
    return word;
  };
