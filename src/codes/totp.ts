import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createGuardrails, generateSync } from 'otplib';

type TotpOptions = Parameters<typeof generateSync>[0];

/** otplib's own HMAC is plain JavaScript; node:crypto is several times as fast and gives the same digits. */
const nodeCrypto: NonNullable<TotpOptions['crypto']> = {
  name: 'node',
  hmac: (algorithm, key, data) => createHmac(algorithm, key).update(data).digest(),
  randomBytes: (length) => randomBytes(length),
  constantTimeEqual: (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b)),
};

/** otplib guards people against steps of more than an hour; ours is the code's life, which may be a day. */
const guardrails = createGuardrails({ MAX_PERIOD: 86_400 });

/** RFC 6238 with T0 = 0. `at` and `step` in seconds, 4 to 8 digits. */
export function totp(input: {
  secret: Uint8Array;
  at: number;
  step: number;
  digits: number;
  algorithm?: 'sha1' | 'sha256' | 'sha512';
}): string {
  const { secret, at, step, digits, algorithm = 'sha256' } = input;
  return generateSync({ secret, algorithm, digits, period: step, epoch: at, t0: 0, crypto: nodeCrypto, guardrails });
}
