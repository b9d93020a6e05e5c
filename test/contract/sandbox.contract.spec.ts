import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { FailureKind } from '../../src/providers/errors.js';
import { sandbox } from '../../src/providers/sandbox/definition.js';
import { SandboxInbox } from '../../src/providers/sandbox/inbox.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { TestRedis } from '../support/redis.js';

describe('the provider sandbox', () => {
  const keyring = makeKeyring([Buffer.alloc(32, 1)]);
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.stop());

  const send = (to: string, text = 'Say 042137 to nobody.') =>
    sandbox
      .create(
        {},
        { account: 'sandbox', concurrency: 1, redis: redis.client, keyring, receive: () => Promise.resolve() },
      )
      .send(outgoingMessage({ to, text }), inSeconds(5));
  const inbox = (to: string, inSec = 0) =>
    new SandboxInbox(redis.client, keyring).list('shop', to, new Date(inSeconds(inSec)));

  it('is for test keys only', () => {
    expect(sandbox.test).toBe(true);
  });

  it('puts messages where tests read them, newest first, and nobody else', async () => {
    const to = '+14155550100';
    const { attemptId, verificationId } = outgoingMessage();
    expect(await send(to, 'first')).toEqual({ messageId: `sandbox-${attemptId}`, status: 'accepted' });
    await send(to, 'second');
    const messages = await inbox(to, 1);
    expect(messages.map(({ text }) => text)).toEqual(['second', 'first']);
    expect(messages[0]).toMatchObject({ to, code: '042137', attempt_id: attemptId, verification_id: verificationId });
    expect(await new SandboxInbox(redis.client, keyring).list('other', to, new Date(inSeconds(1)))).toEqual([]);
  });

  it('keeps fifty for an hour, sealed', async () => {
    for (let i = 0; i < 52; i++) await send('+14155550101', `text ${i}`);
    const messages = await inbox('+14155550101', 1);
    expect(messages).toHaveLength(50);
    expect(messages.map(({ text }) => text)).not.toContain('text 1');
    for (const { ttl, value, key } of await redis.dump()) {
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(3_600_000);
      expect(key + value).not.toMatch(/4155550101|042137|text \d/);
    }
  });

  it('has a number whose messages are late', async () => {
    await send('+447700900901');
    expect(await inbox('+447700900901')).toEqual([]);
    expect(await inbox('+447700900901', 4)).toHaveLength(1);
  });

  it('has a number whose messages are lost', async () => {
    expect(await send('+447700900902')).toMatchObject({ status: 'accepted' });
    expect(await inbox('+447700900902', 60)).toEqual([]);
  });

  it.each<[string, FailureKind]>([
    ['+447700900903', 'unreachable'],
    ['+447700900904', 'bad_recipient'],
    ['+447700900905', 'rejected'],
    ['+447700900906', 'maybe_sent'],
  ])('has a number, %s, that fails: %s', async (to, kind) => {
    await expect(send(to)).rejects.toMatchObject({ kind, code: `sandbox_${kind}` });
    expect(await inbox(to, 60)).toEqual([]);
  });
});
