import type { StartBody } from '../../verifications/schemas/start.schema.js';
import type { VerificationService } from '../../verifications/verification.service.js';
import type { ResponseCode } from './response.js';
import { PLACEHOLDER, type VerifyFields } from './geniq.schema.js';

type Result = Awaited<ReturnType<VerificationService['check']>>['result'];

/** A start as the core knows it: GENIQ's is one SMS. */
export function toStart({ recipient, originator, reference, template, codeLength, expiry }: VerifyFields): StartBody {
  return {
    to: toE164(recipient),
    channels: [{ channel: 'sms', from: originator, template: template.replaceAll(PLACEHOLDER, '{{code}}') }],
    code_length: codeLength,
    ttl: expiry,
    // An empty one is none.
    reference: reference || undefined,
  };
}

/** No country code begins with 0, so 00 is the way out of a country. */
const toE164 = (recipient: string): string => `+${recipient.trim().replace(/^(\+|00)/, '')}`;

interface Answer {
  readonly code: ResponseCode;
  readonly status: number;
}

/**
 * A wrong code is no success in HTTP's terms either: whoever looks at nothing but the status must not let a guesser in.
 * GENIQ has no words for codes that come too late or again, and does not say which statuses go with its codes.
 */
const APPROVED: Answer = { code: 0, status: 200 };
const WRONG: Answer = { code: 22, status: 422 };
/** No code will be right with this id. */
const OVER: Answer = { code: 21, status: 404 };

const RESULTS: Readonly<Record<Result, Answer>> = {
  approved: APPROVED,
  incorrect: WRONG,
  replaced: WRONG,
  expired: WRONG,
  already_approved: OVER,
  canceled: OVER,
  locked: OVER,
};

export const toAnswer = (result: Result): Answer => RESULTS[result];

/** `Y-m-d\TH:i:sP`. @param ms Unix milliseconds */
export const toTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
