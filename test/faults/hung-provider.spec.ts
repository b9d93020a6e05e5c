import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { inParallel, percentile } from '../support/percentile.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const MESSAGES = 150;

describe('a provider that hangs', () => {
  let redis: TestRedis;
  let hung: Gateway;
  let sibling: Gateway;
  let other: Gateway;
  let service: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    [hung, sibling, other] = [await Gateway.start(), await Gateway.start(), await Gateway.start()];
    const config = configuration({
      hung: httpAccount(hung.url, { timeout: 3, concurrency: 20 }),
      sibling: httpAccount(sibling.url),
      other: httpAccount(other.url),
    });
    Object.assign(config.routes as object, {
      sms: { default: ['hung', 'sibling'] },
      whatsapp: { default: ['other'] },
    });
    service = await Service.start({ redisUrl: redis.url, config });
  });

  afterAll(async () => {
    await service.child.end('SIGKILL');
    for (const gateway of [hung, sibling, other]) await gateway.stop();
    await redis.stop();
  });

  /** Milliseconds from each start to its message at a gateway. */
  async function latencies(channel: string, gateway: Gateway): Promise<number[]> {
    const started = new Map<string, number>();
    await inParallel(MESSAGES, 10, async () => {
      const to = freshNumber();
      started.set(to, Date.now());
      await service.as(LIVE_KEY).start(to, { channels: [{ channel }] });
    });
    const mine = () => gateway.received.filter(({ body }) => started.has(body.to ?? ''));
    await until('all messages', () => mine().length >= MESSAGES, 30_000);
    expect(new Set(mine().map(({ body }) => body.to)).size).toBe(MESSAGES);
    return mine().map(({ at, body }) => at - started.get(body.to!)!);
  }

  it('does not slow the others, and its traffic reaches the sibling: after the time-out, then at once', async () => {
    const before = await latencies('whatsapp', other);
    hung.behaviour = behaviours.hangs;

    const [first, meanwhile] = await Promise.all([latencies('sms', sibling), latencies('whatsapp', other)]);
    const resting = await latencies('sms', sibling);
    const p99 = (values: number[]) => percentile(values, 0.99);
    console.info(
      `others' p99 before ${p99(before)} ms, meanwhile ${p99(meanwhile)} ms; hung: ${p99(first)} ms, then ${p99(resting)} ms`,
    );

    // Never a time-out's worth: the others do not wait for the hung one. (Figures within 20 % are the bench's to show.)
    expect(p99(meanwhile)).toBeLessThan(2_500);
    expect(Math.max(...first)).toBeLessThan(12_000);
    expect(p99(resting)).toBeLessThan(2_500);
    expect(hung.received.length).toBeLessThanOrEqual(60);
  });

  it('is asked again once it is well', async () => {
    hung.behaviour = behaviours.accepts;
    const before = hung.received.length;
    await until(
      'the account to be used again',
      async () => {
        await service.as(LIVE_KEY).start(freshNumber());
        return hung.received.length > before + 3;
      },
      10_000,
    );
  });
});
