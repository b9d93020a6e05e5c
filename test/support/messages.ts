import type { OutgoingMessage } from '../../src/providers/contract.js';

/** A message as the service hands it to a provider. */
export const outgoingMessage = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  attemptId: '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1',
  verificationId: '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07',
  application: 'shop',
  channel: 'sms',
  to: '+14155550100',
  from: 'Shop',
  text: '042137 is your verification code.',
  code: '042137',
  locale: 'en',
  ttl: 300,
  callbackUrl: () => 'https://otp.example.com/receipts/main/0b7e-1/proof',
  stillWanted: () => Promise.resolve(true),
  ...change,
});

export const inSeconds = (seconds: number): number => Date.now() + seconds * 1_000;
