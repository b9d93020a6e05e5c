import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReceiptRefused, type Provider } from '../../src/providers/contract.js';
import { withPeer } from '../peers/all.js';
import { makeProvider } from '../support/provider.js';
import { TestRedis } from '../support/redis.js';

const taking = withPeer.flatMap(({ definition, peer }) =>
  peer.receipts ? [{ definition, peer, receipts: peer.receipts }] : [],
);

describe.each(taking)('receipts of $definition.use', ({ definition, peer, receipts }) => {
  let redis: TestRedis;
  let provider: Provider;

  beforeAll(async () => {
    redis = await TestRedis.start();
    provider = makeProvider(definition, peer.settings('http://127.0.0.1:9'), redis.client);
  });
  afterAll(async () => {
    await provider.close?.();
    await redis.stop();
  });

  it.each(receipts.genuine)('reads %s', (_, request, expected) => {
    expect(provider.parseReceipt!(request)).toEqual(expected);
  });

  it('says nothing of one that is too deep', () => {
    const [, request] = receipts.genuine[0]!;
    const body = `{"id":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const headers = { ...request.headers, 'content-type': 'application/json' };
    expect(provider.parseReceipt!({ ...request, query: {}, headers, body })).toEqual([]);
  });

  it.each(receipts.forged)('refuses one %s', (_, request) => {
    expect(() => provider.challenge?.(request) ?? provider.parseReceipt!(request)).toThrow(ReceiptRefused);
  });
});
